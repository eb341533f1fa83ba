/** A type, or one member of it, that code outside of this repository reads. */
export interface OutsideContract {
  /** From the root of the repository. */
  readonly file: string;
  readonly owner: string;
  /** Without it: every member. */
  readonly member?: string;
  readonly reason: string;
}

/** The modules that users import. What they export, and all that it holds, is read by programs that we can't see. */
export const PUBLIC_MODULES = ['src/index.ts', 'src/check/api.ts'];

/** A row that no unread member needs is a fault, so that the list does not outlive its reasons. */
export const OUTSIDE_CONTRACTS: readonly OutsideContract[] = [
  {
    file: 'src/config/kinds.ts',
    owner: 'WebServerInput',
    reason: 'users write it in a config, and Zod reads it',
  },
  {
    file: 'src/wire/execution-client.ts',
    owner: 'DriverResponse',
    reason: "selenium-webdriver's executor reads what its HTTP client returns",
  },
  {
    file: 'src/report/junit/junit-elements.ts',
    owner: 'JUnitCase',
    member: 'build',
    reason: 'junit-report-builder calls it to write a test case',
  },
  {
    file: 'src/report/junit/junit-elements.ts',
    owner: 'CaseBase',
    member: 'build',
    reason: 'junit-report-builder has it, and JUnitCase overrides it',
  },
  {
    file: 'src/report/junit/junit-elements.ts',
    owner: 'Element',
    member: 'pretty',
    reason: 'xmlbuilder reads this option',
  },
  {
    file: 'scripts/tmux-terminal.ts',
    owner: 'TmuxTerminal',
    member: 'press',
    reason: 'the tests of `gridrun init` type into a terminal with it',
  },
  { file: 'examples/corpus/agreement.ts', owner: 'Agreement', reason: 'the test of the corpus counts its answers' },
];
