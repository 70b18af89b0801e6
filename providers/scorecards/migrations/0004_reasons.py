"""Why an improvement plan is sent back, for staff to pick."""

from django.db import migrations

REASONS = (
    ("plan_too_vague", "方案太笼统", "Plan too vague", "方案没有说明具体做什么、由谁负责、何时开始。请补充。",
     "The plan does not say what is done, by whom and from when. Please add that."),
    ("plan_off_the_point", "方案未针对问题", "Plan off the point", "方案没有回应两起成立的纠纷，请针对原因说明。",
     "The plan does not answer the two upheld disputes. Please address what caused them."),
)  # fmt: skip


def add(apps, schema_editor):
    template = apps.get_model("moderation", "ReasonTemplate")
    for position, (code, label_zh, label_en, text_zh, text_en) in enumerate(REASONS):
        values = {"label_zh": label_zh, "label_en": label_en, "text_zh": text_zh, "text_en": text_en, "position": position}
        template.objects.using(schema_editor.connection.alias).get_or_create(kind="improvement_plan", code=code, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0003_counted_until"), ("moderation", "0002_security")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
