UNION ALL
  SELECT %(merchant)s, p.id, %(run)s, d.buyer_id, d.activity, p.step, d.plan_no, p.channel, p.nominal_at, p.due_at, p.shift, d.opens_at,
         d.closes_at, %(policy_version)s, '', 'dropped', p.reason
  FROM presale_passed p JOIN due d ON d.id = p.id
