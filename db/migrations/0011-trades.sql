-- Trades beside release and repayment: agreed fees, rewards, claims sold by one lender to another, guarantors, entrusted payment.

SELECT allow_instruction_verbs('transfer-fee', 'reward', 'sell-claim', 'cancel-claim-sale', 'buy-claim', 'batch-compensation', 'repay-guarantor', 'authorise-entrusted-pay');

-- A detail without a freeze is paid out of available money. share_fen: the part of a claim that goes to the payer with it.
ALTER TABLE instruction_detail ALTER COLUMN hold_request_no DROP NOT NULL, ADD COLUMN share_fen bigint CHECK (share_fen > 0);
ALTER TABLE instruction_detail DROP CONSTRAINT instruction_detail_purpose_check;
ALTER TABLE instruction_detail ADD CONSTRAINT instruction_detail_purpose_check CHECK (purpose IN ('release', 'principal', 'interest', 'service-fee', 'lender-fee', 'costs',
  'agreed-fee', 'reward', 'claim-price', 'accrued-interest', 'sale-fee', 'guarantor-principal', 'guarantor-interest', 'guarantor-late-interest'));

-- Who pays: the borrower, or (compensation, 代偿) a guarantor in the borrower's place. `recourse`: the borrower repays a guarantor.
ALTER TABLE payment ADD COLUMN payer_user_no text REFERENCES custody_account;
ALTER TABLE payment DROP CONSTRAINT payment_source_check;
ALTER TABLE payment ADD CONSTRAINT payment_source_check CHECK (source IN ('debit', 'manual', 'payoff', 'recovery', 'compensation', 'recourse'));

-- 受托支付: the supplier who receives the release of a loan in the borrower's stead; written when the bank has said so.
CREATE TABLE entrusted_payment (
  loan_no       text PRIMARY KEY REFERENCES loan,
  payee_user_no text NOT NULL REFERENCES custody_account,
  request_no    text NOT NULL REFERENCES instruction,
  authorised_at timestamptz NOT NULL                       -- business time
);

-- A part of a claim that its holder has put up for sale at the bank (债权出让).
CREATE TABLE claim_sale (
  sale_no    text PRIMARY KEY,
  request_no text NOT NULL UNIQUE REFERENCES instruction,  -- under which the bank has it: the latest try
  holding_id bigint NOT NULL REFERENCES holding,
  share_fen  bigint NOT NULL CHECK (share_fen > 0),
  sold_fen   bigint NOT NULL DEFAULT 0 CHECK (sold_fen >= 0),
  by         text NOT NULL CHECK (by IN ('password', 'authorisation')),
  state      text NOT NULL CHECK (state IN ('asked', 'open', 'sold', 'cancelled', 'refused')),
  reason     text,
  CHECK (sold_fen <= share_fen)
);
CREATE INDEX claim_sale_holding ON claim_sale (holding_id);

-- What one buyer takes of it: principal share, price, accrued interest (the seller's), and the platform's agreed fee.
CREATE TABLE claim_purchase (
  purchase_no  text PRIMARY KEY,
  sale_no      text NOT NULL REFERENCES claim_sale,
  buyer_id     text NOT NULL REFERENCES person,
  user_no      text NOT NULL REFERENCES custody_account,
  share_fen    bigint NOT NULL CHECK (share_fen > 0),
  price_fen    bigint NOT NULL CHECK (price_fen > 0),
  accrued_fen  bigint NOT NULL DEFAULT 0 CHECK (accrued_fen >= 0),
  fee_fen      bigint NOT NULL DEFAULT 0 CHECK (fee_fen >= 0),
  state        text NOT NULL CHECK (state IN ('asked', 'frozen', 'done', 'refused')),
  reason       text
);
CREATE INDEX claim_purchase_sale ON claim_purchase (sale_no);

-- The sharing of payments starts anew on outstanding principal when the holders change: by `share_fen` (null: the contract's),
-- counting the payments after number `shared_from`. Somebody who has sold everything keeps the row with what was paid on it.
ALTER TABLE holding ADD COLUMN share_fen bigint CHECK (share_fen >= 0), ADD COLUMN shared_from integer NOT NULL DEFAULT 0;
ALTER TABLE holding DROP CONSTRAINT holding_principal_fen_check, ADD CONSTRAINT holding_principal_fen_check CHECK (principal_fen >= 0);

-- The chart grows (db/chart.ts): guarantors and suppliers have money at the bank, the platform brings in money of its own for
-- rewards, and a claim has another holder, or a guarantor in the holder's place.
ALTER TABLE account_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE journal_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule DISABLE TRIGGER chart_is_fixed;
INSERT INTO account_kind (kind, book, side) VALUES
  ('guarantor-available', 'custody', 1), ('guarantor-frozen', 'custody', 1), ('supplier-available', 'custody', 1), ('own-funds', 'custody', 0),
  ('subrogated-principal', 'claims', 1), ('subrogated-interest', 'claims', 1), ('subrogated-late-interest', 'claims', 1);
INSERT INTO journal_kind (kind, book, same_owner) VALUES
  ('own-funds', 'custody', true), ('reward', 'custody', false), ('agreed-fee', 'custody', false),
  ('purchase-frozen', 'custody', true), ('purchase-unfrozen', 'custody', true), ('purchase', 'custody', false), ('sale-fee', 'custody', false),
  ('compensation-frozen', 'custody', true), ('compensation-unfrozen', 'custody', true), ('compensation', 'custody', false), ('guarantor-repaid', 'custody', false),
  ('claim-sold', 'claims', false), ('subrogated', 'claims', false), ('recourse-settled', 'claims', false);
INSERT INTO posting_rule (journal_kind, account_kind, book, sign)
  SELECT event, person, 'custody', sign FROM (VALUES ('deposit', 1), ('withdrawal', -1), ('payout-accepted', -1), ('payout-refused', 1), ('payout-returned', 1)) AS of_everybody(event, sign),
         (VALUES ('guarantor-available'), ('supplier-available')) AS anew(person);
INSERT INTO posting_rule (journal_kind, account_kind, book, sign) VALUES
  ('release', 'supplier-available', 'custody', 1), ('lender-fee', 'guarantor-frozen', 'custody', -1),
  ('own-funds', 'own-funds', 'custody', -1), ('own-funds', 'platform-marketing', 'custody', 1),
  ('reward', 'platform-marketing', 'custody', -1), ('reward', 'lender-available', 'custody', 1), ('reward', 'borrower-available', 'custody', 1),
  ('agreed-fee', 'borrower-available', 'custody', -1), ('agreed-fee', 'platform-income', 'custody', 1),
  ('purchase-frozen', 'lender-available', 'custody', -1), ('purchase-frozen', 'lender-frozen', 'custody', 1),
  ('purchase-unfrozen', 'lender-frozen', 'custody', -1), ('purchase-unfrozen', 'lender-available', 'custody', 1),
  ('purchase', 'lender-frozen', 'custody', -1), ('purchase', 'lender-available', 'custody', 1),
  ('sale-fee', 'lender-frozen', 'custody', -1), ('sale-fee', 'platform-income', 'custody', 1),
  ('compensation-frozen', 'guarantor-available', 'custody', -1), ('compensation-frozen', 'guarantor-frozen', 'custody', 1),
  ('compensation-unfrozen', 'guarantor-frozen', 'custody', -1), ('compensation-unfrozen', 'guarantor-available', 'custody', 1),
  ('compensation', 'guarantor-frozen', 'custody', -1), ('compensation', 'lender-available', 'custody', 1),
  ('guarantor-repaid', 'borrower-frozen', 'custody', -1), ('guarantor-repaid', 'guarantor-available', 'custody', 1),
  ('claim-sold', 'claim-principal', 'claims', -1), ('claim-sold', 'claim-principal', 'claims', 1),
  ('subrogated', 'claim-principal', 'claims', -1), ('subrogated', 'claim-interest', 'claims', -1), ('subrogated', 'claim-late-interest', 'claims', -1),
  ('subrogated', 'subrogated-principal', 'claims', 1), ('subrogated', 'subrogated-interest', 'claims', 1), ('subrogated', 'subrogated-late-interest', 'claims', 1),
  ('recourse-settled', 'subrogated-principal', 'claims', -1), ('recourse-settled', 'subrogated-interest', 'claims', -1), ('recourse-settled', 'subrogated-late-interest', 'claims', -1),
  ('recourse-settled', 'debt-principal', 'claims', 1), ('recourse-settled', 'debt-interest', 'claims', 1), ('recourse-settled', 'debt-late-interest', 'claims', 1);
ALTER TABLE account_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE journal_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule ENABLE TRIGGER chart_is_fixed;
