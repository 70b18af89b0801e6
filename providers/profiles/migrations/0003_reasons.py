"""Why a profile or a case is sent back, for staff to pick; typos of a profile pass by rule."""

from django.db import migrations

REASONS = (
    ("wrong_facts", "信息不实", "Facts are wrong", "有内容与我们核对的资料不一致，请改成可以核实的说法。",
     "Something differs from what we could check. Please state what can be verified."),
    ("unclear_text", "表述不清", "Text is unclear", "文字不够清楚，商家看不出您做什么、怎么做。请说具体一些。",
     "The text does not tell merchants what you do and how. Please be more specific."),
    ("contact_in_text", "含联系方式", "Contact details in text", "文字或图片里有电话、微信或网址。请删去，商家会通过商伴联系您。",
     "There is a phone number, a WeChat id or an address in the text or a picture. Please remove it; merchants reach you here."),
    ("picture_unfit", "图片不合适", "Picture unfit", "图片模糊、带水印或与公司无关，请换一张。",
     "A picture is blurred, watermarked or not about the company. Please choose another one."),
    ("not_proven", "缺少依据", "Not proven", "证书或成绩缺少依据，请补充说明或删去。",
     "A certificate or an achievement has no proof. Please add it, or leave it out."),
)  # fmt: skip


def add(apps, schema_editor):
    template = apps.get_model("moderation", "ReasonTemplate")
    for kind in ("profile", "case"):
        for position, (code, label_zh, label_en, text_zh, text_en) in enumerate(REASONS):
            values = {"label_zh": label_zh, "label_en": label_en, "text_zh": text_zh, "text_en": text_en, "position": position}
            template.objects.using(schema_editor.connection.alias).get_or_create(kind=kind, code=code, defaults=values)
    rule = apps.get_model("moderation", "AutoApproval")
    rule.objects.using(schema_editor.connection.alias).get_or_create(kind="profile", defaults={"is_active": True})


class Migration(migrations.Migration):
    dependencies = [("profiles", "0002_security"), ("moderation", "0002_security")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
