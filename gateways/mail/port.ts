import type { SendOutcome } from '../phone/port.js';
/** E-mail. `reference` becomes the Message-ID, so a repeat is recognisable by the receiver. */
export interface Mail {
  send(input: { to: string; subject: string; text: string; html?: string; reference: string }): Promise<SendOutcome>;
}
