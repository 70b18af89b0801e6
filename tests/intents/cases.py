"""Utterances of the design document, written out; none of them may be in the lexicon or in the training set."""

DESIGN: tuple[tuple[str, str], ...] = (
    ("能取消退款申请吗", "withdraw"),
    ("不退了，你拒绝申请吧", "withdraw"),
    ("退款到哪里", "status"),
    ("没有发货前可以退吗", "how_to"),
    ("裤子买瘦了要退", "size"),
    ("如果今晚不能送达我想取消订单", "logistics"),
    ("还没送货就降价了，我申请退款重拍?", "price_drop"),
    ("里面好多裂缝瑕疵的 能不能换", "quality"),
    ("商家打电话来说没有货了，需要我取消订单", "seller_out_of_stock"),
    ("不是质量问题，就是买错型号了", "mis_order"),
)
