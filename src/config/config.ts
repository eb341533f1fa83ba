import type { ConfigOnlyKeys } from './keys/config-only.ts';
import type { ExtensionKeys } from './keys/extension.ts';
import type { HowKeys } from './keys/how.ts';
import type { KnownFailuresKeys } from './keys/known-failures.ts';
import type { LimitsKeys } from './keys/limits.ts';
import type { ResultsKeys } from './keys/results.ts';
import type { SelectionKeys } from './keys/selection.ts';
import type { WhereKeys } from './keys/where.ts';

/** What a `gridrun.config.ts` may hold. Each flag has its key here, in camel case. */
export interface Config
  extends
    SelectionKeys,
    WhereKeys,
    HowKeys,
    LimitsKeys,
    ExtensionKeys,
    KnownFailuresKeys,
    ResultsKeys,
    ConfigOnlyKeys {}
