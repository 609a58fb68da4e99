/** The business clock over HTTP, for those who step it. */
export interface StepAnswer { businessNow: string; next: string | null; quiet: boolean; waitingFor: string[] }

export class BusinessClock {
  constructor(private readonly url: string, private readonly token: string) {}

  async now(): Promise<number> {
    const response = await fetch(`${this.url}/clock`);
    if (!response.ok) throw new Error(`the clock answers ${response.status}`);
    return ((await response.json()) as { businessNow: number }).businessNow;
  }

  /** To the next moment anybody waits for, at most `untilMs`. */
  async step(untilMs: number): Promise<StepAnswer> {
    const response = await fetch(`${this.url}/clock/step`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` }, body: JSON.stringify({ until: new Date(untilMs).toISOString() }),
    });
    if (!response.ok) throw new Error(`the clock refuses to step: ${response.status} ${await response.text()}`);
    return (await response.json()) as StepAnswer;
  }

  /**
   * Steps to `untilMs` and waits there until everything is finished. A part that is down makes it wait, as long as it takes;
   * `onWait` hears what for.
   */
  async stepTo(untilMs: number, onWait: (waitingFor: string[]) => void): Promise<void> {
    for (;;) {
      const answer = await this.stepPatiently(untilMs, onWait);
      if (!answer.quiet) onWait(answer.waitingFor);
      else if (Date.parse(answer.businessNow) >= untilMs) return;
    }
  }

  /** The clock itself may be down for a moment. */
  private async stepPatiently(untilMs: number, onWait: (waitingFor: string[]) => void): Promise<StepAnswer> {
    for (;;) {
      try {
        return await this.step(untilMs);
      } catch (error) {
        onWait([error instanceof Error ? error.message : String(error)]);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }
}
