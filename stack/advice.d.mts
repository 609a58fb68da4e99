export class Advice extends Error {
  constructor(message?: string, options?: { cause?: unknown });
}
