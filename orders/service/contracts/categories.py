"""Clauses of one category each."""

from orders.service.contracts.clause import Clause

AGENCY_OPERATION = (
    Clause(
        ("账号与权限", "商家为服务商开立子账号并只授予必要权限；服务商不得索要主账号密码，并对经其子账号的操作负责。"),
        (
            "Accounts and access",
            "The merchant opens sub-accounts with no more rights than the work needs. The provider does not ask for the main"
            " password and answers for what is done with its sub-accounts.",
        ),
    ),
    Clause(
        ("合规经营", "服务商不得刷单、虚构评价或以其他方式违反平台规则；由此产生的处罚由服务商承担。"),
        (
            "Fair operation",
            "The provider places no fake orders, writes no invented reviews and breaks no other rule of the platforms;"
            " penalties for that are borne by the provider.",
        ),
    ),
    Clause(
        ("价格与活动", "商品价格、活动报名和投放预算由商家事先书面确认。服务商每个周期结束后提交经营报告。"),
        (
            "Prices and campaigns",
            "Prices, campaigns and advertising budgets are confirmed by the merchant beforehand in writing. The provider"
            " reports after every period.",
        ),
    ),
    Clause(
        ("提成", "提成以商家店铺中已付款订单为基数，按约定扣除退款，由平台根据订单数据计算，双方均可查看明细。"),
        (
            "Commission",
            "The commission counts paid orders of the merchant's shops, less returns where that is agreed. The market"
            " computes it from the orders, and both sides see the figures it came from.",
        ),
        lambda terms: terms.model == "retainer_commission",
    ),
)
CONTENT_MARKETING = (
    Clause(
        ("内容合规", "内容须符合广告法及发布平台规则，广告须标明。商家对其提供的产品信息的真实性负责。"),
        (
            "Lawful content",
            "Content keeps to advertising law and to the rules of the platforms, and advertising is marked as such. The"
            " merchant answers for the product information it gives.",
        ),
    ),
    Clause(
        ("素材与肖像", "服务商保证所用音乐、图片、字体和肖像已取得适用于约定渠道和期限的授权，并应要求提供证明。"),
        (
            "Materials and likenesses",
            "The provider warrants licences for music, pictures, fonts and likenesses, for the agreed channels and time, and"
            " shows them on request.",
        ),
    ),
    Clause(
        ("投放费用", "广告投放费用不含在服务费内，由商家直接向平台支付，或经书面确认后据实结算。"),
        (
            "Advertising spend",
            "Spend on advertising is not part of the fee. The merchant pays it to the platforms, or settles it as incurred"
            " after confirming it in writing.",
        ),
    ),
)
CUSTOMER_SERVICE = (
    Clause(
        ("排班与响应", "服务商按约定班次和技能排班。首次响应和解决时间以系统记录为准，未达标的按约定抵扣。"),
        (
            "Roster and response",
            "The provider staffs the agreed shifts and skills. First response and resolution are taken from the systems'"
            " records; shortfalls are credited as agreed.",
        ),
    ),
    Clause(
        ("话术与质检", "客服使用商家确认的话术，不得作出超出商家政策的承诺。双方按比例抽检，问题会话用于培训。"),
        (
            "Scripts and quality",
            "Agents use scripts the merchant has confirmed and promise nothing beyond its policies. Both sides sample"
            " conversations; what is found goes into training.",
        ),
    ),
    Clause(
        ("消费者信息", "客服人员实名授权、按店铺和期限授予权限；离岗当日收回权限。不得将消费者引导至店铺以外。"),
        (
            "Consumers' data",
            "Agents are named and granted access by shop and date; access ends on the day they leave. Consumers are not led"
            " away from the shop.",
        ),
    ),
)
ONBOARDING_AGENT = (
    Clause(
        ("材料真实", "商家提供真实、有效的材料，服务商不得伪造或变造。因材料不实导致的后果由提供方承担。"),
        (
            "True documents",
            "The merchant provides true and valid documents; the provider forges and alters nothing. Who provided what is"
            " untrue bears the consequences.",
        ),
    ),
    Clause(
        ("审核结果", "入驻由平台审核决定。因服务商原因未通过的，退还该里程碑款项；平台官方费用由商家直接缴纳，不在此列。"),
        (
            "The platform decides",
            "Admission is decided by the platform. If it fails for reasons on the provider's side, the milestone is given"
            " back. Official fees are paid by the merchant to the platform and are not part of this.",
        ),
    ),
)
ISV_TOOLS = (
    Clause(
        ("使用许可", "商家在订购期内为自身店铺使用软件，不得转售。续订按届时有效的价格。"),
        (
            "Licence",
            "The merchant uses the software for its own shops during the period ordered and does not resell it. Renewals"
            " follow the prices then in force.",
        ),
    ),
    Clause(
        ("可用性与数据", "服务商提前通知停机维护。软件只访问商家授权的数据；终止后 30 天内可导出数据，此后服务商予以删除。"),
        (
            "Availability and data",
            "Maintenance is announced. The software touches only data the merchant has granted. After the end data can be"
            " exported for 30 days, then the provider deletes it.",
        ),
    ),
)
VISUAL_DESIGN = (
    Clause(
        ("源文件", "验收后服务商交付可编辑的源文件，图层和命名清晰。"),
        ("Source files", "After acceptance the provider hands over editable source files with clear layers and names."),
    ),
    Clause(
        ("字体与图片授权", "服务商保证字体和图片可用于商业用途，并列明授权。未经商家同意，不得将未公开的作品用于宣传。"),
        (
            "Licences of fonts and pictures",
            "The provider warrants that fonts and pictures may be used commercially and lists their licences. Unpublished"
            " work is not shown to others without the merchant's consent.",
        ),
    ),
)
LECTURERS = (
    Clause(
        ("时间与改期", "开课前 7 天可免费改期一次。讲师无法到场的，由双方认可的讲师代课，或退还该场款项。"),
        (
            "Dates",
            "A date can be moved once, free of charge, until 7 days before. If the lecturer cannot come, one whom both accept"
            " takes over, or the session is given back.",
        ),
    ),
    Clause(
        ("课件与录制", "课件供商家内部使用。录制和再传播须经讲师书面同意。"),
        (
            "Materials and recordings",
            "Materials are for the merchant's own use. Recording and passing on need the lecturer's written consent.",
        ),
    ),
)
