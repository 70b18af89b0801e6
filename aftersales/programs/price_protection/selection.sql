-- Price protection: who is owed what, as of a moment. Written once for batches and for a single line.
-- Filled in by selection.py: {anchor}, {line_filter}, {line_columns}, {line_rules}, {promo_branch}, {days}, {window_to},
-- {anchor_end}, {paid_check}, {prompt_only}, {slow_branch}, and where the merchant has coupons or split payments {coupon_offers},
-- {coupon_rules}, {fallback}, {contest}, {settled}, {tenders}. Parameters are named. All money in minor units.
--
-- An offer is a price point, alone or together with a coupon, for as long as both hold.
--
-- Range conditions stand on plain columns of the line against bounds computed per price point in a MATERIALIZED step:
-- under row-level security an expression would be a filter and all history would be read.
-- OFFSET 0 keeps that order of reading, per point a range of lines: the planner cannot know how narrow the ranges are.
WITH point AS MATERIALIZED (
  SELECT p.id AS point_id, p.sku_id, p.amount AS price, p.currency AS price_currency, p.tier, p.stock, p.source,
         p.gift_amount AS gift_now, v.valid_from, v.valid_to, v.coupon_id, v.face, v.threshold, s.timezone AS tz,
         s.prices_include_tax, k.shop_id, k.code, k.cost_amount, w.days, ((v.valid_from AT TIME ZONE s.timezone)::date - w.days)::timestamp AT TIME ZONE s.timezone AS anchor_from,
         -- In "claim" mode a price that has ended counts only for lines whose window closed while it held (a day of slack for
         -- zones without a midnight). Without this bound every old price would be held against all later lines.
         e.anchor_to, least(e.anchor_to, v.valid_from + interval '31 days') AS prompt_to,
         ((k.is_bundle AND 'bundle' = ANY (%(exclude)s)) OR (k.is_gift AND 'gift' = ANY (%(exclude)s))
          OR (k.is_flash AND 'flash' = ANY (%(exclude)s)) OR (k.is_clearance AND 'clearance' = ANY (%(exclude)s))
          OR (k.is_live_room AND 'live_room' = ANY (%(exclude)s))) AS is_excluded
  FROM store_pricepoint p
  JOIN store_sku k ON k.merchant_id = p.merchant_id AND k.id = p.sku_id
  JOIN merchants_shop s ON s.merchant_id = k.merchant_id AND s.id = k.shop_id
  CROSS JOIN LATERAL (
    SELECT p.valid_from, coalesce(p.valid_to, 'infinity') AS valid_to, NULL::bigint AS coupon_id, 0::bigint AS face, 0::bigint AS threshold
    {coupon_offers}) v
  CROSS JOIN LATERAL (
    SELECT {days} AS days) w
  CROSS JOIN LATERAL (
    SELECT CASE WHEN %(lowest)s OR v.valid_to > %(as_of)s THEN 'infinity'
                ELSE ((v.valid_to AT TIME ZONE s.timezone)::date - w.days + 1)::timestamp AT TIME ZONE s.timezone END AS anchor_to) e
  WHERE p.merchant_id = %(merchant)s AND p.valid_from <= %(as_of)s {sku_filter}
    AND (%(shop)s IS NULL OR k.shop_id = %(shop)s)
    -- In "lowest" mode an observed price is known when its day is over; in "claim" mode only a price still valid counts,
    -- unless the window closed before.
    AND (NOT %(lowest)s OR p.source <> 'observed' OR p.valid_to <= %(as_of)s)
    AND (%(lowest)s OR %(late)s OR v.valid_to > %(open_at)s)),
met AS (
  -- Paid more than this price times the quantity, written without the product, which may exceed bigint.
  SELECT p.*, l.*
  FROM point p
  CROSS JOIN LATERAL (
    SELECT {line_columns} FROM store_shoporderline l
    WHERE l.merchant_id = %(merchant)s AND l.sku_id = p.sku_id
      AND l.{anchor} >= p.anchor_from AND l.{anchor} <= p.{anchor_end}
      AND (l.paid_at < p.valid_from AND l.paid_at <= %(as_of)s){paid_check} {prompt_only} {line_filter}
      AND {line_rules} OFFSET 0) l
  {slow_branch}
  UNION ALL
  -- A presale is covered from its deposit on: prices that began between the deposit and the payment of the rest.
  SELECT p.*, l.*
  FROM point p
  CROSS JOIN LATERAL (
    SELECT {line_columns} FROM store_shoporderline l
    WHERE l.merchant_id = %(merchant)s AND l.sku_id = p.sku_id AND l.deposit_paid_at IS NOT NULL
      AND l.deposit_paid_at < p.valid_from AND (l.paid_at >= p.valid_from AND l.paid_at <= %(as_of)s) IS TRUE
      AND (l.{anchor} >= p.anchor_from AND l.{anchor} <= p.anchor_to) IS TRUE {line_filter}
      AND {line_rules} OFFSET 0) l
  {promo_branch}),
timed AS MATERIALIZED (
  SELECT m.*, k.kept, k.basis, g.gift_gone,
         -- What the units kept cost now on the same terms.
         k.kept::numeric * m.price - m.face + g.gift_gone AS cost_now,
         CASE WHEN %(skip_purchase_day)s
              THEN ((m.paid_at AT TIME ZONE m.tz)::date + 1)::timestamp AT TIME ZONE m.tz ELSE least(m.deposit_paid_at, m.paid_at) END AS window_from,
         {window_to} AS window_to
  FROM met m
  CROSS JOIN LATERAL (
    SELECT CASE WHEN %(deduct_returns)s THEN m.quantity - m.returned_quantity ELSE m.quantity END
         - CASE WHEN %(refuse_open)s THEN m.open_aftersale_quantity ELSE 0 END AS kept) q
  -- The units kept are the dearest ones: when part of a line is returned, the smallest unit shares leave first. So with gifts.
  CROSS JOIN LATERAL (
    SELECT q.kept, q.kept * (m.paid_amount / m.quantity) + least(q.kept, (m.paid_amount %% m.quantity)::int) AS basis) k
  CROSS JOIN LATERAL (
    SELECT CASE WHEN m.gift_amount = 0 OR %(ignore_gift)s THEN 0 ELSE greatest(0, q.kept * (m.gift_amount / m.quantity)
             + least(q.kept, (m.gift_amount %% m.quantity)::int) - q.kept::numeric * m.gift_now) END AS gift_gone) g
  WHERE CASE WHEN %(own_tier)s THEN m.tier = m.line_tier ELSE m.tier = '' END {coupon_rules}),
best AS ((
  SELECT DISTINCT ON (t.line_id) t.*, false AS is_fallback
  FROM timed t
  WHERE {in_time}
  ORDER BY t.line_id, {offer_order}
  {fallback})),
weighed AS (
  SELECT b.*, o.revision AS order_revision, o.status AS order_status, o.paid_at AS order_paid_at, o.buyer_id,
         o.captured_amount - o.refunded_amount AS order_left,
         coalesce(c.claims, 0) AS claims, coalesce(c.protected, 0) AS protected_before
  FROM best b
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = b.order_id
  LEFT JOIN LATERAL (
    -- What refund retention gave for keeping the line counts as goodwill, once: it is a claim, not in the line's own goodwill.
    SELECT count(*) FILTER (WHERE e.program = 'price_protection') AS claims,
           sum(CASE WHEN b.kept >= e.units THEN e.amount
                    ELSE b.kept * (e.amount / e.units) + least(b.kept, (e.amount %% e.units)::int) END)
             FILTER (WHERE e.state <> 'refused') AS protected
    FROM aftersales_claim e
    WHERE e.merchant_id = %(merchant)s AND e.program IN ('price_protection', 'refund_retention') AND e.line_id = b.line_id
      AND e.sequence > 0) c ON true),
priced AS (
  SELECT w.*, w.basis - w.goodwill_amount - w.protected_before - w.cost_now AS difference,
         CASE WHEN w.order_status IN ('cancelled', 'open') OR w.order_paid_at IS NULL THEN 'ORDER_INACTIVE'
              WHEN w.price_currency <> w.currency THEN 'CURRENCY_MISMATCH'
              WHEN w.is_excluded OR (w.paid_amount = 0 AND 'free' = ANY (%(exclude)s)) THEN 'EXCLUDED'
              WHEN w.stock = 0 AND 'out_of_stock' = ANY (%(exclude)s) THEN 'OUT_OF_STOCK'
              WHEN %(refuse_open)s AND w.open_aftersale_quantity > 0 AND w.kept <= 0 THEN 'AFTERSALE_OPEN'
              WHEN w.kept <= 0 THEN 'NOTHING_KEPT'
              WHEN %(block_gift)s AND w.gift_gone > 0 THEN 'GIFT_GONE'
              WHEN %(max_claims)s IS NOT NULL AND w.claims >= %(max_claims)s THEN 'CLAIM_LIMIT'
              WHEN w.basis - w.goodwill_amount - w.protected_before - w.cost_now
                   < greatest(1, coalesce(%(min_diff)s, CASE WHEN w.currency = ANY (%(zero_decimal)s) THEN 1 ELSE 10 END))
              THEN 'BELOW_MIN' END AS refusal
  FROM weighed w),
{contest}
computed AS (
  SELECT p.*,
         -- round_half_up(difference × rate), for shops whose prices exclude tax; the difference is numeric, so floor() is needed
         CASE WHEN p.prices_include_tax THEN 0 ELSE floor((2 * p.difference * p.tax_rate_ppm + 1000000) / 2000000) END AS tax,
         p.refusal IS NULL AND ((p.paid_amount - p.price::numeric * p.quantity + p.face) * 100 > p.paid_amount * %(hold_percent)s::int
           OR (%(hold_percent)s IS NOT NULL AND (p.price - p.cost_amount)::numeric * p.quantity < p.face)) {not_released} AS is_suspect
  FROM {settled} p),
capped AS MATERIALIZED (
  SELECT c.*, CASE WHEN c.refusal IS NULL THEN least(c.difference + c.tax, coalesce(%(cap)s, c.difference + c.tax)) ELSE 0 END AS wanted,
         least(c.order_left, t.has_left) - coalesce(b.amount, 0) AS headroom, t.has_left - coalesce(b.amount, 0) AS tender_room
  FROM (SELECT p.*, bool_or(p.is_suspect) OVER (PARTITION BY p.sku_id) {is_held} AS is_suspicious FROM computed p) c
  -- Only where anything is owed: a run that finds nothing new need not add up what every order has got back.
  CROSS JOIN LATERAL (
    SELECT sum(e.amount) AS amount FROM aftersales_claim e
    WHERE c.refusal IS NULL AND e.merchant_id = %(merchant)s AND e.order_id = c.order_id AND e.state <> 'refused') b
  CROSS JOIN LATERAL ({tenders}) t),
shared AS (
  -- Lines of one order share its headroom in line order: each gets the part of the running total that still fits.
  -- What is left of the means of payment binds also where the policy does not ask for headroom.
  SELECT c.*, greatest(CASE WHEN %(headroom)s THEN c.headroom ELSE c.tender_room END, CASE WHEN %(headroom)s OR c.tender_room IS NOT NULL THEN 0 END) AS room,
         sum(c.wanted) OVER (PARTITION BY c.order_id ORDER BY c.line_no, c.line_id) AS running
  FROM capped c)
SELECT s.*, CASE WHEN s.room IS NULL THEN s.wanted
                 ELSE least(s.running, s.room) - least(s.running - s.wanted, s.room) END AS granted
FROM shared s
