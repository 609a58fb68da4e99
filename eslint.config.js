import tseslint from 'typescript-eslint';

/** What makes a rule or a workflow depend on the machine, the moment or the place. */
const OUTSIDE_INFLUENCES = ['Date', 'Intl', 'process', 'performance', 'crypto', 'setImmediate'];
const PURE = ['domain/**/*.ts', 'workflows/**/*.ts'];
const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/testing/**/*.ts'];

const withoutOutsideInfluences = (allowed) => ({
  'no-restricted-globals': [
    'error',
    ...OUTSIDE_INFLUENCES.filter((name) => !allowed.includes(name)).map((name) => ({ name, message: 'domain/ and workflows/ are deterministic: moments and settings are arguments.' })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'domain/ and workflows/ are deterministic.' },
    ...['Date', 'Intl', 'process'].filter((name) => !allowed.includes(name)).map((property) => ({ object: 'globalThis', property, message: 'domain/ and workflows/ are deterministic.' })),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'MemberExpression[property.name=/^(toLocaleString|toLocaleDateString|toLocaleTimeString|localeCompare)$/]', message: 'This is Intl under another name.' },
  ],
});

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', '.data/', 'coverage/', 'web/assets/', '**/*.d.mts'] },
  // A rule that does not fit is changed here, for everybody, and not switched off in one place.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' } },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    rules: { 'no-unused-vars': 'error', 'prefer-const': 'error', eqeqeq: 'error' },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // An express handler and an event listener may be async: express 5 and the caller's `void` handle what they throw.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false, properties: false } }],
      // An implementation of an interface is async because the interface is.
      '@typescript-eslint/require-await': 'off',
      // Ports and contracts declare methods; their implementations are closures without `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A handler's signature is the contract's, whether or not it looks at every argument; a name taken out leaves the rest.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
    },
  },
  { files: PURE, ignores: TESTS, rules: withoutOutsideInfluences([]) },
  { files: ['domain/zone.ts'], rules: withoutOutsideInfluences(['Date', 'Intl']) },
  { files: ['workflows/clock.ts'], rules: withoutOutsideInfluences(['Date']) },
  {
    files: ['workflows/**/*.ts'],
    ignores: [...TESTS, 'workflows/neighbours.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: '@temporalio/workflow', importNames: ['getExternalWorkflowHandle'], message: 'Other workflows are told through workflows/neighbours.ts, which knows which failure is none.' }] }] },
  },
  // What a test reads back from JSON has no type of its own; jest's matchers check it.
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
