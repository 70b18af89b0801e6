"""Clauses of every contract. What stands here is what the market's program does, in words."""

from orders.service.contracts.clause import Clause

BEFORE = (
    Clause(
        (
            "服务内容",
            "服务商按本合同约定的工作内容和里程碑提供服务。口头约定或聊天中的约定，经双方在新版本合同中确认后方为有效。",
        ),
        (
            "Services",
            "The provider renders the services described in this contract, milestone by milestone. What was said elsewhere"
            " holds once both sides have accepted it in a new version of this contract.",
        ),
    ),
    Clause(
        (
            "付款与托管",
            "每个里程碑或服务周期开始前，商家将相应款项交由平台托管；未托管的部分，服务商没有义务开工。款项在验收、双方同意的分配或裁决后支付，"
            "平台费用在签署时锁定，由服务商承担。",
        ),
        (
            "Payment and escrow",
            "Before a milestone or period begins, the merchant has its price held by the market; the provider need not begin"
            " what is not funded. Money leaves escrow upon acceptance, an agreed split or a ruling. The market's fees are"
            " frozen at signing and borne by the provider.",
        ),
    ),
    Clause(
        (
            "交付与验收",
            "商家应在交付后 %(auto_accept_days)s 天内验收或提出修改；期限内未作表示的，视为验收。商家可延长一次，为期 7 天。",
        ),
        (
            "Delivery and acceptance",
            "The merchant accepts a delivery or asks for changes within %(auto_accept_days)s days; silence counts as"
            " acceptance. The merchant may extend this time once, by 7 days.",
        ),
    ),
    Clause(
        ("修改", "每个里程碑包含 %(revisions)s 轮修改。每次重新交付后，验收期重新计算；超出部分另行约定。"),
        (
            "Changes",
            "Each milestone includes %(revisions)s rounds of changes. The time for acceptance begins anew with every"
            " redelivery. Further rounds are agreed on separately.",
        ),
        lambda terms: terms.revisions is not None,
    ),
    Clause(
        ("修改", "修改不限轮次。每次重新交付后，验收期重新计算。"),
        ("Changes", "Rounds of changes are not limited. The time for acceptance begins anew with every redelivery."),
        lambda terms: terms.revisions is None,
    ),
    Clause(
        ("逾期", "服务商逾期超过 %(late_days)s 天的，商家可以取消合同，尚未验收的托管款项全部退回。"),
        (
            "Lateness",
            "When work is more than %(late_days)s days late, the merchant may cancel the contract; everything held for work"
            " that was not accepted is given back.",
        ),
    ),
    Clause(
        (
            "试用",
            "服务开始后的 %(trial_days)s 天为试用期。商家在试用期内明确表示继续的，合同继续履行；未作表示的，试用期满合同终止，"
            "商家无需付费，托管款项全部退回。",
        ),
        (
            "Trial",
            "The first %(trial_days)s days are a trial. If the merchant says within them that it goes on, the contract goes"
            " on; without its word the contract ends with the trial, nothing is owed, and everything held is given back.",
        ),
        lambda terms: terms.trial is not None,
    ),
)
AFTER = (
    Clause(
        (
            "成果归属",
            "里程碑款项支付后，为该里程碑制作的成果归商家所有；服务商原有的材料和工具仍归服务商，商家可在约定用途内使用。",
        ),
        (
            "Rights in the results",
            "Once a milestone is paid, what was made for it belongs to the merchant. The provider keeps its own earlier"
            " materials and tools, which the merchant may use for the agreed purpose.",
        ),
    ),
    Clause(
        (
            "保密与数据",
            "双方对因履行合同知悉的商业信息保密。服务商仅在履行合同所必需的范围内接触消费者个人信息，不得留存、转让或另作他用。",
        ),
        (
            "Confidentiality and data",
            "Both sides keep confidential what they learn about each other's business. The provider touches consumers'"
            " personal data only as far as the work needs it, and neither keeps it, passes it on nor uses it otherwise.",
        ),
    ),
    Clause(
        (
            "期限与解约",
            "合同至少履行 %(min_months)s 个月。此后任何一方均可提前 %(notice_days)s 天提出解约，"
            "合同在该日所在服务周期结束时终止，"
            "双方按交接清单完成交接，商家收回访问权限。",
        ),
        (
            "Term and notice",
            "The contract runs for at least %(min_months)s months. After that either side may end it with %(notice_days)s"
            " days' notice, at the end of the period in which the notice runs out. Both work through the handover list,"
            " and the merchant withdraws all access.",
        ),
        lambda terms: terms.is_recurring,
    ),
    Clause(
        ("解约", "任何一方均可提出解约。提出后 7 天内，服务商可以交付已托管的工作；逾期未交付的，托管款项退回商家。"),
        (
            "Notice",
            "Either side may give notice. For 7 days the provider may still deliver what is funded; what is not delivered by"
            " then is given back to the merchant.",
        ),
        lambda terms: not terms.is_recurring,
    ),
    Clause(
        (
            "争议",
            "交付或验收后 7 天内，任何一方可以在平台发起争议。争议期间相关里程碑冻结；协商不成的，由平台裁决，裁决可申诉一次。",
        ),
        (
            "Disputes",
            "Within 7 days of a delivery or an acceptance either side may open a dispute with the market. The milestone is"
            " frozen meanwhile; what the sides do not settle is ruled on by the market, with one appeal.",
        ),
    ),
    Clause(
        (
            "签署",
            "双方各自确认同一版本的哈希值后，合同成立。修改须以新版本由双方确认。本合同的中文版与英文版不一致时，以中文版为准。",
        ),
        (
            "Signing",
            "The contract is made when both sides have accepted the same version by its hash. Changes are new versions that"
            " both accept. Where the Chinese and the English wording differ, the Chinese one holds.",
        ),
    ),
)
