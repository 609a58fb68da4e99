/**
 * Finds or makes Temporal's time-skipping test server: a Java program from Maven's registry behind a shell script of a
 * few lines, so that the SDK can start it like the native one that it would download.
 */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { aptInstall } from './debian.mjs';
import { has, run, withProgress } from './run.mjs';

const VERSION = '1.32.1';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tributary</groupId><artifactId>test-server</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${VERSION}</version>
  </dependency></dependencies>
</project>
`;

/** Java replaces the shell, so that the SDK's signal reaches it; a small loop beside it ends it when a killed test cannot. */
const SCRIPT = `#!/bin/sh
lib="$(dirname "$0")/lib"; tester=$PPID
(while kill -0 $$; do kill -0 "$tester" || kill -9 $$; sleep 1; done) >/dev/null 2>&1 </dev/null &
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m -cp "$lib/*" io.temporal.testserver.TestServer "$@"
`;

const folder = () => join(cacheFolder(), `test-server-${VERSION}`);

/**
 * @returns {Promise<string | undefined>} the path of the server's script; undefined when Java or Maven are missing and may
 *   not be installed, and the SDK's own download is all that is left.
 */
export async function findTestServer() {
  const script = join(folder(), 'temporal-test-server');
  if (!has('java')) await aptInstall('Java for the time-skipping test server', ['openjdk-17-jre-headless']);
  if (!has('java')) return undefined;
  if (existsSync(script)) return script;
  if (!has('mvn')) await aptInstall('Maven for the time-skipping test server', ['maven']);
  if (!has('mvn')) return undefined;
  const into = `${folder()}.making-${process.pid}`;
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, 'pom.xml'), POM);
  const { ok, output } = await withProgress("Fetching Temporal's time-skipping test server", () =>
    run('mvn', ['-B', '-q', '-f', join(into, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${join(into, 'lib')}`], { quiet: true }),
  );
  if (!ok) {
    process.stderr.write(`Maven could not fetch it: ${output.trim().split('\n').slice(0, 3).join(' ')}\n`);
    rmSync(into, { recursive: true, force: true });
    return undefined;
  }
  writeFileSync(join(into, 'temporal-test-server'), SCRIPT);
  chmodSync(join(into, 'temporal-test-server'), 0o755);
  try {
    renameSync(into, folder());
  } catch {
    // Another run was quicker: its copy is as good as ours.
    rmSync(into, { recursive: true, force: true });
  }
  return script;
}
