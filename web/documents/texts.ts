/**
 * What people accept, in our own words. A change of text is a new version: the acceptance records version and SHA-256 of
 * exactly this text. Plain paragraphs; a line that begins with `# ` is a heading.
 */
import { createHash } from 'node:crypto';
import type { AcceptedDocument, DocumentName } from '../../db/acceptances.js';

export interface LegalDocument { name: DocumentName; title: string; version: string; text: string }

const userAgreement = `# What this platform is
Tributary is an information intermediary (信息中介). It shows borrowers' wishes to lenders, carries out what both have agreed, and keeps the record. It lends nothing itself, guarantees nothing, and never holds your money: all money is with the custody bank, in an account in your own name.

# Your account
You sign up with a phone and an e-mail address that are yours, and you keep your password to yourself. One person has one account. Tell us at once if somebody else has used it.

# What binds you
Nothing binds you before a page has shown you everything on one sheet and you have pressed a button that names the act. A contract between borrower and lenders comes about only when the loan is fully funded and concluded. Until then a borrower may withdraw.

# Money
Each movement needs your password at the bank, or a standing authorisation that you gave there, with a limit and an end. You may take an authorisation back at any time at the bank; what was agreed before stays owed.

# Messages and calls
We write to you by SMS and e-mail about your loans and your money. If you are late we may also call, only within the hours and as often as the law allows. You may dispute, complain, or tell us that you cannot pay; contact then stops until a person has looked at it.

# Complaints
Use the contact at the foot of every page. We answer in writing. You may also turn to the authorities or a court.`;

const privacyPolicy = `# What we keep
Your phone, e-mail address, name and ID number; what you tell us in an application or a questionnaire; what you accepted and decided, and when; your loans, bids and payments; our messages and calls with you; technical records of your visits.

# What for
To know that you are you, to judge an application, to carry out contracts, to meet legal duties (identification, money laundering, disclosure, records), and to pursue what is owed. Not for advertising, and never sold.

# Who sees it
The custody bank; identity and credit bureaus, only when you apply or open an account and only what they need; for a loan in default the enforcement agent or court. Lenders see a borrower's figures without name, number, phone or address. Staff see what their task needs, and each look at a decision is recorded.

# How it is kept
Phone, name and ID number are encrypted and found only through a fingerprint. Process records carry numbers, dates and amounts, no personal data.

# How long
Contracts and what belongs to them are kept five years after they end, as the law asks. Other data is deleted when its purpose ends.

# Your rights
You may see, correct and take away your data, take back a consent, and ask for the reasons of an automatic decision and for a person to look at it again.`;

const borrowerRisk = `# Before you borrow
A loan costs more than you receive. The offer shows every part of that cost as one yearly figure, and the whole schedule. Borrow only what you can repay from your income.

# If you pay late
Late interest runs on the overdue principal from the day after the day that counts. You will be reminded, then called, then asked by a collector. After about ninety days the contract may be called due as a whole and handed over for legal action, whose costs you may have to bear. Lateness may be reported to credit bureaus.

# Early repayment
You may repay early at any time. Interest is owed for the time you had the money, not for the time after.

# Use of the money
You may use it only for the purpose you stated. Securities, futures, gambling, down payments on homes and lending on are forbidden. We may ask for proof within thirty days.

# Several loans at once
Owing on several platforms together is the usual way into trouble. The law limits it; tell us the truth about what you owe elsewhere.`;

const lenderRisk = `# You can lose money
A borrower may pay late, in part, or never. You may lose all that you lent to a borrower. Nobody guarantees principal or interest: not the platform, not the bank, not the state. Past figures say nothing certain about the future.

# Your money is tied up
A loan runs to its last instalment. You cannot ask for your money back earlier; selling a claim needs a buyer, who may pay less.

# Spread it
Lend small parts to many borrowers. Lend only money you can do without, and none that you have borrowed.

# What we do when a borrower is late
We remind, call, and hand over for legal action on behalf of all lenders of the loan, within the mandate in the contract. That takes time and may cost part of what comes back. Written off means that we pursue less, not that the debt is gone.

# Fees
The platform keeps a share of the interest really received, shown before each bid, and never a part of your principal.

# Who may lend
You have to answer a questionnaire on what you can bear. Your limit follows from it; do not lend beyond it elsewhere either.`;

const identityConsent = `# Checking who you are
You agree that we send your name, ID number and phone to the identity bureau and the telephone companies' bureau, which answer only whether they belong together. The bank does the same when it opens your account. Without this check the law does not allow us to let you borrow or lend.`;

const creditConsent = `# Asking the credit bureaus
You agree that we ask the credit bureau, the court's list and the bureau of platforms about you for this application, and read their reports to judge it. The answers are used for this application and its loan only.`;

export const documents: readonly LegalDocument[] = [
  { name: 'user-agreement', title: 'User agreement', version: '1', text: userAgreement },
  { name: 'privacy-policy', title: 'Privacy policy', version: '1', text: privacyPolicy },
  { name: 'borrower-risk-notice', title: 'Risks for borrowers', version: '1', text: borrowerRisk },
  { name: 'lender-risk-notice', title: 'Risks for lenders', version: '1', text: lenderRisk },
  { name: 'identity-consent', title: 'Consent to checking your identity', version: '1', text: identityConsent },
  { name: 'credit-consent', title: 'Consent to asking the credit bureaus', version: '1', text: creditConsent },
];

export function documentNamed(name: DocumentName): LegalDocument {
  const found = documents.find((document) => document.name === name);
  if (!found) throw new Error(`there is no document ${name}`);
  return found;
}

/** What is recorded when a person accepts the document as it stands now. */
export function acceptanceOf(name: DocumentName): AcceptedDocument {
  const { version, text } = documentNamed(name);
  return { document: name, version, sha256: createHash('sha256').update(text, 'utf8').digest('hex') };
}
