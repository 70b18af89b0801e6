"""The first categories: what merchants of consumer goods hire others for. Staff change them in the admin afterwards."""

from typing import Any


def choice(key: str, zh: str, en: str, options: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    choices = [{"code": code, "zh": name_zh, "en": name_en} for code, name_zh, name_en in options]
    return {"key": key, "name_zh": zh, "name_en": en, "kind": "choice", "choices": choices, **more}


def multi(key: str, zh: str, en: str, options: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    return {**choice(key, zh, en, options, **more), "kind": "multi"}


def number(key: str, zh: str, en: str, unit_zh: str = "", unit_en: str = "", **more: Any) -> dict[str, Any]:
    return {"key": key, "name_zh": zh, "name_en": en, "kind": "number", "unit_zh": unit_zh, "unit_en": unit_en, **more}


def boolean(key: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name_zh": zh, "name_en": en, "kind": "boolean", **more}


def sub(slug: str, zh: str, en: str, text_zh: str, text_en: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "slug": slug, "name_zh": zh, "name_en": en, "text_zh": text_zh, "text_en": text_en, "attributes": attributes, **more,
    }  # fmt: skip


OWED: dict[str, Any] = {"required": True, "facet": True}
SHOPS = [("start", "新店（0–3 个月）", "New shop (0–3 months)"), ("grow", "成长期", "Growing"), ("mature", "成熟店铺", "Mature")]
SHIFTS = [
    ("day", "白班 8:00–17:00", "Day 8:00–17:00"),
    ("evening", "晚班 17:00–24:00", "Evening 17:00–24:00"),
    ("night", "夜班 0:00–8:00", "Night 0:00–8:00"),
    ("weekend", "周末与节假日", "Weekends and holidays"),
]
DELIVERY = [
    ("cloud", "云端服务", "Cloud service"),
    ("self_hosted", "私有部署", "Self-hosted"),
    ("plugin", "平台插件", "Platform plug-in"),
]

CATEGORIES: list[dict[str, Any]] = [
    {
        "slug": "agency-operation", "name_zh": "代运营", "name_en": "Agency operation", "icon": "store",
        "text_zh": "把店铺交给一个团队：上新、活动、投放、数据，一起对结果负责。",
        "text_en": "Hand the shop to a team: products, campaigns, advertising and figures, with a share in the result.",
        "deposit_minor": 2_000_000, "auto_accept_days": 7, "required_documents": ["platform_partner", "case_report"],
        "attributes": [
            multi("shop_stage", "适合的店铺阶段", "Suits shops that are", SHOPS, **OWED),
            number("team_size", "为一家店投入的人数", "People working on one shop", "人", "people", required=True),
            number("min_term_months", "最短合作期", "Shortest term", "个月", "months", facet=True),
            boolean("trial", "可试运营 14 天", "14 days on trial", facet=True),
        ],
        "children": [
            sub("store-operation", "店铺代运营", "Shop operation", "淘系、京东、拼多多店铺的整店或半托管运营。",
                "Running a shop on Taobao, Tmall, JD.com or Pinduoduo, in full or in part.",
                choice("scope", "托管范围", "How much is handed over",
                       [("full", "整店托管", "The whole shop"), ("half", "半托管", "Part of it"),
                        ("advice", "顾问陪跑", "Advice alongside your team")], **OWED)),
            sub("live-operation", "直播代运营", "Live-stream operation", "主播、场控、中控、投流一体的直播间运营。",
                "A live room with hosts, control and paid traffic.",
                number("hours_per_day", "每天开播", "On air each day", "小时", "hours", **OWED),
                boolean("own_studio", "自有直播间", "Own studio", facet=True), required_documents=["platform_partner", "broadcast_permit"]),
            sub("advertising", "广告投放", "Advertising", "直通车、万相台、千川、京准通等付费投放的日常优化。",
                "Daily work on paid traffic: search, recommendation and live-room advertising.",
                multi("channels", "投放渠道", "Channels",
                      [("search", "搜索推广", "Search"), ("feed", "信息流", "Feed"), ("live", "直播投流", "Live rooms"),
                       ("affiliate", "联盟推广", "Affiliates"), ("overseas", "海外广告", "Abroad")], **OWED),
                deposit_minor=1_000_000),
            sub("cross-border-operation", "跨境代运营", "Cross-border operation", "亚马逊、TikTok、独立站的开店到运营。",
                "From opening to running shops on Amazon, TikTok Shop and one's own site.",
                multi("markets", "目标市场", "Markets",
                      [("us", "美国", "United States"), ("eu", "欧洲", "Europe"), ("uk", "英国", "United Kingdom"),
                       ("sea", "东南亚", "South-East Asia"), ("jp", "日本", "Japan"), ("me", "中东", "Middle East")], **OWED)),
        ],
    },
    {
        "slug": "content-marketing", "name_zh": "内容营销", "name_en": "Content marketing", "icon": "play",
        "text_zh": "短视频、图文种草、达人合作，让商品被看见、被相信。",
        "text_en": "Short videos, posts and creators: products that are seen and believed.",
        "deposit_minor": 500_000, "auto_accept_days": 5, "required_documents": ["portfolio"],
        "attributes": [
            choice("who_publishes", "由谁发布", "Who publishes",
                   [("brand", "品牌账号", "The brand's account"), ("creator", "达人账号", "Creators"), ("both", "都可以", "Either")],
                   **OWED),
            boolean("script_included", "含脚本策划", "Script included", facet=True),
        ],
        "children": [
            sub("short-video", "短视频拍摄", "Short videos", "商品短视频的策划、拍摄、剪辑。",
                "Planning, filming and cutting product videos.",
                number("seconds", "单条时长", "Length of a video", "秒", "seconds", required=True),
                choice("shooting", "拍摄方式", "Filmed",
                       [("studio", "棚拍", "In a studio"), ("location", "外景", "On location"), ("screen", "混剪", "From your material")],
                       **OWED)),
            sub("influencers", "达人种草", "Creators", "达人筛选、邀约、寄样、跟进到数据复盘。",
                "Choosing, inviting and following up creators, down to the figures.",
                multi("creator_tier", "达人层级", "Creators' reach",
                      [("koc", "素人 KOC（1 万粉以下）", "Small (under 10 k)"), ("waist", "腰部（1–50 万粉）", "Medium (10–500 k)"),
                       ("head", "头部（50 万粉以上）", "Large (over 500 k)")], **OWED)),
            sub("copywriting", "图文与文案", "Posts and copy", "小红书笔记、详情页文案、品牌故事。",
                "Posts, product copy and brand stories.",
                boolean("two_languages", "中英双语", "Chinese and English", facet=True), risk="low", deposit_minor=0),
            sub("private-domain", "私域运营", "Members and groups", "企业微信社群、会员体系、复购唤醒。",
                "Groups, members and repeat purchases on one's own channels.",
                multi("tools", "使用的阵地", "Where",
                      [("wecom", "企业微信", "WeCom"), ("group", "社群", "Groups"), ("mini", "小程序", "Mini program"),
                       ("sms", "短信", "SMS")], **OWED)),
        ],
    },
    {
        "slug": "customer-service", "name_zh": "客服外包", "name_en": "Outsourced customer service", "icon": "headset",
        "text_zh": "按席位或按班次的售前售后客服，响应、满意度、转化都按数据说话。",
        "text_en": "Service before and after the sale, by seat or by shift, judged by figures.",
        "deposit_minor": 1_000_000, "auto_accept_days": 7, "required_documents": ["call_center_permit", "data_security"],
        "attributes": [
            multi("shifts", "可排班次", "Shifts", SHIFTS, **OWED),
            number("first_response_seconds", "首次响应承诺", "First answer within", "秒", "seconds", required=True),
            number("seats", "可用席位", "Seats available", "席", "seats", facet=True),
            boolean("shared_seats", "可共享席位", "Seats may be shared", facet=True),
        ],
        "children": [
            sub("presale-service", "售前客服", "Before the sale", "咨询接待、催付、关联推荐。",
                "Answering questions, following up unpaid orders, recommending.",
                number("conversion_percent", "平均询单转化率", "Average conversion of enquiries", "%", "%")),
            sub("aftersale-service", "售后客服", "After the sale", "退换货、物流、投诉与平台介入的处理。",
                "Returns, delivery, complaints and disputes.",
                multi("handles", "处理的事", "Handles",
                      [("returns", "退换货", "Returns"), ("delivery", "物流异常", "Delivery"), ("complaints", "投诉", "Complaints"),
                       ("disputes", "平台介入", "Platform disputes")], **OWED)),
            sub("voice-service", "电话客服", "By telephone", "呼入、回访与满意度调查。", "Inbound calls, call-backs and surveys.",
                choice("direction", "方向", "Direction", [("in", "呼入", "Inbound"), ("out", "外呼", "Outbound"), ("both", "双向", "Both")],
                       **OWED)),
            sub("multilingual-service", "多语种客服", "In several languages", "面向海外买家的多语种邮件、聊天与电话。",
                "Mail, chat and telephone for buyers abroad.",
                multi("channels", "渠道", "Channels",
                      [("chat", "在线聊天", "Chat"), ("mail", "邮件", "E-mail"), ("phone", "电话", "Telephone"),
                       ("social", "社交媒体", "Social media")], **OWED)),
        ],
    },
    {
        "slug": "onboarding-agent", "name_zh": "代入驻", "name_en": "Onboarding agent", "icon": "file",
        "text_zh": "平台入驻、商标、资质与类目报白，一次办妥。",
        "text_en": "Opening shops, trade marks, licences and category permits, done once and properly.",
        "deposit_minor": 300_000, "auto_accept_days": 5, "required_documents": ["agency_authorisation"],
        "attributes": [
            number("working_days", "平均办理时间", "Usually takes", "个工作日", "working days", **OWED),
            boolean("refund_if_refused", "不通过退款", "Money back if refused", facet=True),
        ],
        "children": [
            sub("shop-opening", "平台入驻", "Opening a shop", "国内外平台开店资料准备与提交。",
                "Preparing and handing in what platforms ask for.",
                choice("shop_type", "店铺类型", "Kind of shop",
                       [("flagship", "旗舰店", "Flagship"), ("exclusive", "专卖店", "Exclusive"), ("franchise", "专营店", "Franchise"),
                        ("personal", "个体或企业店", "Individual or company")], **OWED)),
            sub("trade-mark", "商标注册", "Trade marks", "商标查询、注册、变更与异议。", "Search, registration, change and opposition.",
                multi("regions", "注册地区", "Registered in",
                      [("cn", "中国", "China"), ("us", "美国", "United States"), ("eu", "欧盟", "European Union"), ("jp", "日本", "Japan")],
                      **OWED), risk="low"),
            sub("licences", "资质办理", "Licences", "食品、医疗器械、进口备案等经营资质。",
                "Food, medical devices, import filings and other licences.",
                multi("licence_types", "资质类型", "Licences",
                      [("food", "食品经营许可", "Food"), ("medical", "医疗器械备案", "Medical devices"),
                       ("cosmetics", "化妆品备案", "Cosmetics"), ("import", "进口备案", "Imports"), ("icp", "ICP 备案", "ICP filing")],
                      **OWED)),
            sub("tax-accounting", "财税代理", "Tax and accounts", "工商注册、代理记账、电商税务合规。",
                "Company registration, bookkeeping and tax of online trade.",
                choice("taxpayer", "适用纳税人", "For",
                       [("small", "小规模纳税人", "Small taxpayers"), ("general", "一般纳税人", "General taxpayers")], **OWED)),
        ],
    },
    {
        "slug": "isv-tools", "name_zh": "软件工具", "name_en": "Software tools", "icon": "code",
        "text_zh": "ERP、客服机器人、选品、对账等软件，按版本和周期订购。",
        "text_en": "ERP, bots, product research, reconciliation: by edition and period.",
        "deposit_minor": 1_000_000, "auto_accept_days": 3, "required_documents": ["software_copyright", "data_security"],
        "attributes": [
            choice("delivery", "交付方式", "Delivered as", DELIVERY, **OWED),
            number("trial_days", "免费试用", "Free trial", "天", "days", facet=True),
            boolean("open_api", "提供开放接口", "Offers an API", facet=True),
        ],
        "children": [
            sub("erp-tools", "订单与 ERP", "Orders and ERP", "多店订单、库存、打单发货与对账。",
                "Orders of several shops, stock, shipping and reconciliation.",
                number("shops", "可接店铺数", "Shops connected", "家", "shops", facet=True)),
            sub("service-bots", "客服机器人", "Service bots", "自动回复、智能质检、话术辅助。",
                "Automatic answers, quality checks and suggested replies.",
                number("auto_answer_percent", "平均自动解决率", "Solved automatically", "%", "%", facet=True)),
            sub("data-tools", "数据与选品", "Figures and research", "行情、竞品、关键词与经营看板。",
                "Markets, competitors, key words and dashboards.",
                choice("refresh", "数据更新", "Refreshed",
                       [("hour", "每小时", "Hourly"), ("day", "每天", "Daily"), ("week", "每周", "Weekly")], **OWED)),
            sub("marketing-tools", "营销工具", "Marketing tools", "优惠、裂变、会员与短信触达。",
                "Vouchers, referrals, members and messages.",
                multi("functions", "功能", "Functions",
                      [("vouchers", "优惠券", "Vouchers"), ("members", "会员", "Members"), ("referral", "裂变", "Referrals"),
                       ("messages", "消息触达", "Messages")], **OWED)),
        ],
    },
    {
        "slug": "visual-design", "name_zh": "视觉设计", "name_en": "Visual design", "icon": "palette",
        "text_zh": "主图、详情页、商品摄影、包装与品牌形象。",
        "text_en": "Main pictures, product pages, photography, packaging and brands.",
        "deposit_minor": 200_000, "auto_accept_days": 5, "required_documents": ["portfolio"],
        "risk": "low",
        "attributes": [
            boolean("source_files", "交付源文件", "Source files included", facet=True),
            choice("style", "主要风格", "Style",
                   [("simple", "简约", "Plain"), ("premium", "高端质感", "Premium"), ("guochao", "国潮", "Chinese modern"),
                    ("lively", "活泼", "Lively"), ("tech", "科技", "Technical")], **OWED),
        ],
        "children": [
            sub("product-pages", "主图与详情页", "Product pages", "点击率与转化导向的主图、详情页、海报。",
                "Main pictures, product pages and posters that sell.",
                number("screens", "单款屏数", "Screens a product", "屏", "screens", facet=True)),
            sub("photography", "商品摄影", "Photography", "静物、模特、场景与视频拍摄。",
                "Still life, models, scenes and video.",
                multi("subjects", "拍摄类型", "Subjects",
                      [("still", "静物", "Still life"), ("model", "模特", "Models"), ("scene", "场景", "Scenes"), ("food", "美食", "Food")],
                      **OWED), required_documents=["portfolio", "portrait_release"]),
            sub("branding", "品牌与包装", "Brands and packaging", "标志、包装、视觉手册。", "Logos, packaging and brand books.",
                boolean("print_supervision", "含印刷跟单", "Printing supervised", facet=True)),
            sub("three-d", "三维与动效", "3D and motion", "产品建模、渲染与动效短片。", "Models, renderings and short films of products.",
                choice("output", "交付物", "Result",
                       [("still", "渲染图", "Renderings"), ("motion", "动画", "Animation"), ("ar", "可交互模型", "Interactive models")], **OWED)),
        ],
    },
    {
        "slug": "lecturers", "name_zh": "讲师培训", "name_en": "Lecturers", "icon": "teacher",
        "text_zh": "运营、投放、客服、合规：请讲师到企业，或报名公开课。",
        "text_en": "Operation, advertising, service, compliance: in your company or in open classes.",
        "deposit_minor": 100_000, "auto_accept_days": 3, "required_documents": ["teacher_certificate"],
        "risk": "low",
        "attributes": [
            choice("level", "适合对象", "For",
                   [("beginner", "新手", "Beginners"), ("working", "有经验的运营", "Practitioners"), ("manager", "管理者", "Managers")], **OWED),
            choice("mode", "授课方式", "Held",
                   [("online", "线上", "Online"), ("onsite", "线下", "On site"), ("mixed", "线上线下结合", "Both")], **OWED),
        ],
        "children": [
            sub("open-classes", "公开课", "Open classes", "固定时间与席位的公开课程。", "Classes at fixed times with a number of seats.",
                number("hours", "课时", "Hours", "小时", "hours", facet=True)),
            sub("company-training", "企业内训", "Training in companies", "按企业情况定制的内训。", "Training made for one company.",
                number("people", "建议人数", "People", "人", "people")),
            sub("coaching", "陪跑辅导", "Coaching", "一对一或小组的持续辅导。", "Advice over time, for one or a small group.",
                number("sessions", "辅导次数", "Meetings", "次", "times", facet=True)),
        ],
    },
]  # fmt: skip
