/** The telephone network: SMS and calls. A send whose answer was lost is `unknown`, never "failed". */
export interface Phone {
  /**
   * `reference` is our message id: it stands in the status callback's address, and before a repeat the network is
   * asked whether a message with this reference went out already (Twilio has no idempotency key).
   */
  sendSms(input: { to: string; body: string; reference: string; repeat: boolean }): Promise<SendOutcome>;
  /** Calls `to`; the network fetches what to say (TwiML) from `<PUBLIC_URL>/phone/calls/<reference>/voice`. */
  call(input: { to: string; reference: string; repeat: boolean }): Promise<SendOutcome>;
}
export type SendOutcome =
  | { status: 'sent'; providerNo: string }
  | { status: 'refused'; code: string; reason: string }
  | { status: 'unknown'; why: string };
