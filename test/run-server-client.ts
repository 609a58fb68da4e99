/** Asks the jest process for something of which a run needs only one; it answers when it is there. */
export async function askRunServer<T>(thing: 'temporal' | 'bundle' | 'dist'): Promise<T> {
  const address = process.env.TRIBUTARY_TEST_RUN;
  if (!address) throw new Error("TRIBUTARY_TEST_RUN is missing: tests run under jest with this project's configuration");
  const response = await fetch(`${address}/${thing}`);
  if (!response.ok) throw new Error(`${thing}: ${await response.text()}`);
  return (await response.json()) as T;
}
