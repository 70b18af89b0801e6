"""The structured reasons of shop platforms, as they arrive in `reason_code`."""

from aftersales.programs.refund_retention.intents.normalising import normalised

#: intent → reasons, in the words of the platforms (Taobao, JD, Pinduoduo, Douyin; Shopify, Amazon, eBay, WooCommerce plug-ins).
#: What the platforms call "other" says nothing and is left to the text.
REASONS: dict[str, str] = {
    "withdraw": "撤销退款 取消退款申请 refund_withdrawn return_cancelled_by_buyer",
    "compliance": "假冒品牌 假冒商品 卖家售假 假货 商品是假货 三无产品 过敏 食品安全 商品过期 未成年人误购 存在安全隐患"
    " counterfeit fake fake_item inauthentic not_authentic safety safety_issue unsafe expired allergic_reaction minor_purchase"
    " unauthorized_purchase_by_minor",
    "fulfilment_error": "发错货 卖家发错货 商家发错货 错发 漏发 少件 少件漏发 少件/漏发 空包裹 配件缺失 颜色/款式发错"
    " 商品错发漏发 错发/漏发"
    " 收到商品不符 颜色款式图案与描述不符"
    " wrong_item wrong_item_sent wrong_item_received incorrect_item missing_parts missing_item missing_items empty_parcel"
    " empty_box"
    " wrong_color wrong_colour missing_accessories incomplete",
    "seller_out_of_stock": "缺货 商家缺货 卖家缺货 无货 没货了 商品无货"
    " out_of_stock inventory sold_out seller_cancelled no_inventory stock",
    "quality": "质量问题 商品质量问题 商品破损 包装/商品破损 包装商品破损 做工粗糙 做工粗糙/有瑕疵 有瑕疵 商品损坏"
    " 商品故障 性能故障"
    " 变质 效果不好 商品描述不符 与描述不符 描述不符 材质不符 收到商品破损 生产日期/保质期不符 褪色 开线 起球 质量差"
    " defective damaged damaged_in_transit arrived_damaged damaged_by_carrier faulty broken quality quality_unacceptable"
    " poor_quality"
    " not_as_described not_working product_defective item_defective doa",
    "price_drop": "降价 商品降价 价格变动 退差价 价保 买贵了 其他平台更便宜 差价"
    " price_drop price_dropped better_price better_price_available found_better_price found_cheaper price_match"
    " price_adjustment",
    "logistics": "未按约定时间发货 物流太慢 快递/物流一直未送到 快递物流一直未送到 未收到货 快递无跟踪记录 发货太慢"
    " 没收到货 物流一直未更新 未及时送达 物流问题 配送超时 不能按时送达 快递一直未送到 延迟发货"
    " not_received item_not_received late late_delivery delivery_delayed never_arrived lost_in_transit"
    " missed_estimated_delivery"
    " arrived_too_late non_delivery shipping_delay undelivered carrier_lost",
    "size": "尺码不合适 尺寸不符 尺码不符 大小不合适 大小/尺寸不合适 大小尺寸与商品描述不符 尺寸不合适 太大 太小 码数不合适"
    " size size_too_small size_too_large too_small too_large too_big does_not_fit doesnt_fit fit apparel_too_small"
    " apparel_too_large"
    " wrong_size wrong_fit",
    "usage": "不会使用 不会用 使用不便 操作复杂 无法使用不会操作"
    " cannot_use difficult_to_use how_to_use setup_help too_complicated",
    "install": "无法安装 安装问题 未安装 安装服务问题 安装不上 未提供安装服务"
    " installation installation_failed not_installed cannot_install installation_problem",
    "mis_order": "拍错 拍错了 多拍 拍错/多拍 多拍/错拍 误拍 地址填错 信息填错 信息拍错 地址/电话填写有误 重复下单"
    " 重复购买 忘记使用优惠券"
    " 订单信息拍错 订单信息拍错（规格/尺码/颜色等） 地址/电话信息填写错误 没用/少用优惠 没用/少用/错用优惠"
    " 规格/款式/数量拍错 收货地址拍错"
    " ordered_by_mistake ordered_wrong_item mis_order misorder wrong_address duplicate_order bought_by_mistake accidental_order"
    " forgot_coupon customer_error wrong_variant",
    "changed_mind": "不想要了 不喜欢 不喜欢/不想要 拍多了不想要 七天无理由 7天无理由 七天无理由退换货 7天无理由退货"
    " 七天无理由退货"
    " 多拍/不想要 我不想要了 不喜欢/效果不好 无理由退款 多拍/错拍/不想要 不想买了"
    " unwanted changed_mind change_of_mind no_longer_needed no_longer_wanted not_needed customer remorse buyer_remorse"
    " unwanted_item"
    " style color colour not_wanted did_not_like customer_changed_mind",
}
_INTENTS = {normalised(reason): intent for intent, reasons in REASONS.items() for reason in reasons.split()}


def _key(code: str) -> str:
    return normalised(code).replace("-", "_").replace(" ", "_")


def intent_of_reason(code: str) -> str | None:
    """The intent a platform's reason stands for; None when it says nothing ("other") or is not known."""
    return _INTENTS.get(_key(code)) or _INTENTS.get(normalised(code)) if code else None
