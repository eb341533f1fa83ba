import Mocha from 'mocha';
import { isInstance } from '../../../core/as-error.ts';

/** Is it what mocha's `this.skip()` throws? mocha does not export its class. A check's error may have the same name. */
export function isSkip(error: unknown): boolean {
  return isInstance(error, SkipError);
}

const SkipError = classOfSkip();

function classOfSkip(): new () => Error {
  try {
    return new Mocha.Runnable('', () => {}).skip();
  } catch (error) {
    return (error as object).constructor as new () => Error;
  }
}
