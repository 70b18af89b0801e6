-- One transfer as a hand-written transaction would post it: accounts locked, transfer, two entries, two balances.
SELECT id FROM ledger_ledgeraccount WHERE merchant_id = %(merchant)s AND id = ANY (%(accounts)s) ORDER BY id FOR NO KEY UPDATE
-----
INSERT INTO ledger_ledgertransfer (merchant_id, key, kind, amount, currency, occurred_at)
VALUES (%(merchant)s, %(key)s, 'escrow.held', %(amount)s, 'CNY', %(at)s)
-----
INSERT INTO ledger_ledgerentry (merchant_id, transfer_id, account_id, amount, currency)
SELECT %(merchant)s, t.id, side.account, side.amount, 'CNY'
FROM ledger_ledgertransfer t, (VALUES (%(source)s, -%(amount)s), (%(target)s, %(amount)s)) AS side (account, amount)
WHERE t.merchant_id = %(merchant)s AND t.key = %(key)s
-----
UPDATE ledger_ledgeraccount SET balance = balance - %(amount)s WHERE merchant_id = %(merchant)s AND id = %(source)s
-----
UPDATE ledger_ledgeraccount SET balance = balance + %(amount)s WHERE merchant_id = %(merchant)s AND id = %(target)s
