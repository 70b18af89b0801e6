"""The look-up of a report's owner, and what staff begin with: reasons, violations, this year's calendar, rules."""

from datetime import date, timedelta

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, TENANT

REPORTER = f"""
CREATE FUNCTION moderation_reporter(p_report bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT merchant_id FROM moderation_report WHERE id = p_report AND about_provider_id = {TENANT} $$;
REVOKE ALL ON FUNCTION moderation_reporter(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION moderation_reporter(bigint) TO {APP}, {SYSTEM};
"""
#: kind, code, label zh, label en, text zh, text en, points
REASONS = [
    ("verification", "licence_unreadable", "执照不清晰", "Licence unreadable", "营业执照不清晰，请上传完整、无遮挡的彩色扫描件。", "The licence cannot be read. Please upload a complete colour scan.", 0),
    ("verification", "licence_mismatch", "执照信息不符", "Licence does not match", "填写的公司名称或统一社会信用代码与营业执照不一致。", "The company name or social credit code differs from the licence.", 0),
    ("verification", "licence_expired", "执照已过期", "Licence expired", "营业执照已过有效期，请上传有效的执照。", "The licence has expired. Please upload a valid one.", 0),
    ("verification", "legal_person_mismatch", "法定代表人不符", "Legal person does not match", "法定代表人的身份信息与营业执照不一致。", "The legal person's identity differs from the licence.", 0),
    ("verification", "bank_mismatch", "对公账户不符", "Bank account does not match", "对公账户的户名与公司名称不一致。", "The account holder differs from the company name.", 0),
    ("verification", "document_missing", "材料缺失", "Document missing", "缺少必需的材料，请对照清单补齐。", "A required document is missing. Please complete the checklist.", 0),
    ("verification", "not_in_business", "经营状态异常", "Not in good standing", "登记机关显示贵公司经营状态异常，暂不能入驻。", "The register shows that the company is not in good standing.", 0),
    ("qualification", "document_missing", "资质缺失", "Document missing", "缺少该类目要求的资质文件。", "A document this category requires is missing.", 0),
    ("qualification", "document_unreadable", "资质不清晰", "Document unreadable", "资质文件不清晰，请重新上传。", "The document cannot be read. Please upload it again.", 0),
    ("qualification", "document_expired", "资质已过期", "Document expired", "资质文件已过有效期，请上传有效文件。", "The document has expired. Please upload a valid one.", 0),
    ("qualification", "holder_mismatch", "持有人不符", "Holder does not match", "资质文件的持有人不是贵公司。", "The document was issued to somebody else.", 0),
    ("qualification", "wrong_category", "类目不符", "Wrong category", "资质文件与申请的类目不符。", "The document does not belong to this category.", 0),
    ("listing", "unclear_scope", "服务范围不清", "Scope unclear", "请写明包含哪些服务、不包含哪些服务以及交付物。", "Please say what is included, what is not, and what is delivered.", 0),
    ("listing", "price_unclear", "价格不清", "Price unclear", "请写明计价方式、单位和可能产生的其他费用。", "Please say how the price is made up, per what, and which costs may be added.", 0),
    ("listing", "wrong_category", "类目不符", "Wrong category", "服务内容与所选类目不符，请更换类目。", "The service does not fit the category. Please choose another one.", 0),
    ("listing", "unsupported_claim", "夸大宣传", "Unsupported claim", "请删除绝对化用语以及无法证明的效果承诺。", "Please remove superlatives and promises that cannot be shown.", 0),
    ("listing", "contact_details", "含联系方式", "Contact details", "请删除文字和图片中的电话、微信、二维码或网址。", "Please remove phone numbers, chat names, QR codes and web addresses.", 0),
    ("listing", "image_unsuitable", "图片不合适", "Image unsuitable", "图片不清晰、含水印或与服务无关，请更换。", "An image is blurred, watermarked or unrelated. Please replace it.", 0),
    ("listing", "language_poor", "文字需完善", "Text needs work", "文字有错漏或难以理解，请修改。", "The text has mistakes or is hard to understand. Please revise it.", 0),
    ("listing", "duplicate", "重复上架", "Duplicate", "与贵公司已有的服务重复，请合并。", "This repeats another listing of yours. Please merge them.", 0),
    ("listing", "forbidden_service", "禁止的服务", "Service not allowed", "平台不允许提供此类服务。", "This kind of service is not allowed here.", 0),
    ("profile", "unsupported_claim", "夸大宣传", "Unsupported claim", "请删除绝对化用语以及无法证明的说法。", "Please remove superlatives and claims that cannot be shown.", 0),
    ("profile", "contact_details", "含联系方式", "Contact details", "请删除文字和图片中的电话、微信、二维码或网址。", "Please remove phone numbers, chat names, QR codes and web addresses.", 0),
    ("profile", "image_unsuitable", "图片不合适", "Image unsuitable", "图片不清晰、含水印或与公司无关，请更换。", "An image is blurred, watermarked or unrelated. Please replace it.", 0),
    ("profile", "wrong_information", "信息不实", "Wrong information", "公司信息与已认证的资料不一致，请更正。", "The company's facts differ from what was verified. Please correct them.", 0),
    ("profile", "rights_missing", "缺少授权", "Permission missing", "使用他人商标或作品需要授权，请提供或删除。", "Somebody else's brand or work is used without permission.", 0),
    ("appeal", "facts_confirmed", "事实清楚", "Facts confirmed", "经复核，原认定的事实清楚。", "We checked again: the facts stand as they were found.", 0),
    ("appeal", "new_evidence", "新证据成立", "New evidence", "您提供的新证据成立。", "The new evidence you gave is convincing.", 0),
    ("appeal", "rule_misread", "规则适用有误", "Rule misapplied", "原决定适用规则有误。", "The rule was not applied correctly.", 0),
    ("reported", "misleading", "虚假或夸大宣传", "False or exaggerated claims", "内容虚假或夸大。", "The content is false or exaggerated.", 0),
    ("reported", "price", "价格与实际不符", "The price is not the real one", "实际收费与标价不符。", "What is charged differs from the price shown.", 0),
    ("reported", "off_platform", "引导站外交易", "Asks to deal outside the market", "引导在平台外交易。", "Asks to deal outside the market.", 0),
    ("reported", "rights", "侵犯知识产权", "Uses somebody else's brand or work", "侵犯商标、著作权等权利。", "Infringes a brand, a copyright or another right.", 0),
    ("reported", "offensive", "辱骂或不当内容", "Offensive", "内容不当。", "The content is offensive.", 0),
    ("reported", "impersonation", "冒充他人", "Pretends to be somebody else", "冒充其他公司或个人。", "Pretends to be another company or person.", 0),
    ("reported", "other", "其他", "Something else", "其他问题。", "Something else.", 0),
    ("penalty", "misleading_listing", "虚假宣传", "Misleading listing", "服务信息存在虚假或误导内容。", "A listing was false or misleading.", 2),
    ("penalty", "off_platform", "引导站外交易", "Dealing outside the market", "引导商家在平台外交易。", "Merchants were asked to deal outside the market.", 3),
    ("penalty", "abusive_conduct", "辱骂骚扰", "Abusive conduct", "对商家或平台人员有辱骂、骚扰行为。", "A merchant or a member of staff was insulted or harassed.", 3),
    ("penalty", "order_abandoned", "无故中止服务", "Service abandoned", "接单后无正当理由中止服务。", "A job was accepted and then abandoned without good reason.", 4),
    ("penalty", "rights_infringed", "侵犯知识产权", "Rights infringed", "侵犯他人商标、著作权等权利。", "Somebody else's brand, copyright or other right was infringed.", 4),
    ("penalty", "fake_reviews", "刷单炒信", "Fake reviews", "通过虚假交易或评价提高评分。", "Scores were raised by fake deals or reviews.", 6),
    ("penalty", "data_misused", "滥用商家数据", "Merchant data misused", "超出授权范围使用或泄露商家数据。", "A merchant's data was used or passed on without permission.", 8),
    ("penalty", "forged_documents", "提供虚假材料", "Forged documents", "入驻或资质材料系伪造、变造。", "Documents handed in were forged.", 12),
]  # fmt: skip
#: Public holidays of 2026 as announced, first and last day; then the weekend days that are worked for them.
FREE = [
    ("元旦", date(2026, 1, 1), date(2026, 1, 3)), ("春节", date(2026, 2, 15), date(2026, 2, 23)),
    ("清明节", date(2026, 4, 4), date(2026, 4, 6)), ("劳动节", date(2026, 5, 1), date(2026, 5, 5)),
    ("端午节", date(2026, 6, 19), date(2026, 6, 21)), ("中秋节", date(2026, 9, 25), date(2026, 9, 27)),
    ("国庆节", date(2026, 10, 1), date(2026, 10, 7)),
]  # fmt: skip
WORKED = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
#: Typo-level edits of listings and profiles pass by rule from the start (O2); the rest is for staff to switch on (A5).
RULES = [("listing", True), ("profile", True), ("qualification", False)]


def fill(apps, schema_editor):
    using = schema_editor.connection.alias
    template = apps.get_model("moderation", "ReasonTemplate")
    names = ("kind", "code", "label_zh", "label_en", "text_zh", "text_en", "points")
    rows = [template(**dict(zip(names, row, strict=True)), position=place) for place, row in enumerate(REASONS)]
    template.objects.using(using).bulk_create(rows)
    holiday = apps.get_model("moderation", "Holiday")
    days = [
        holiday(date=first + timedelta(days=n), name=name) for name, first, last in FREE for n in range((last - first).days + 1)
    ]
    days += [holiday(date=date(2026, month, day), name="调休上班", is_working_day=True) for month, day in WORKED]
    holiday.objects.using(using).bulk_create(days)
    rule = apps.get_model("moderation", "AutoApproval")
    rule.objects.using(using).bulk_create([rule(kind=kind, is_active=active) for kind, active in RULES])


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_security")]
    operations = [
        migrations.RunSQL(REPORTER, "DROP FUNCTION moderation_reporter(bigint)"),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
