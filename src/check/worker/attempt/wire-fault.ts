import { fieldOf, isInstance } from '../../../core/as-error.ts';
import { faultOf, type Fault } from '../../../core/fault.ts';
import { innerErrors } from '../../../core/inner-errors.ts';
import { WireError } from '../../../wire/wire-error.ts';

/**
 * The grid's fault in what a check threw: an error of the wire, or one that holds it, or one whose message quotes it.
 * `known` are the errors of the wire that this attempt's commands met. Undefined if there is none.
 */
export function wireFault(thrown: unknown, known: readonly WireError[]): Fault | undefined {
  for (const error of innerErrors(thrown)) {
    if (isOfGrid(error)) return faultOf(error);
    const message = fieldOf(error, 'message');
    const quoted = typeof message === 'string' ? known.find((other) => message.includes(other.message)) : undefined;
    if (quoted !== undefined) return faultOf(quoted);
  }
  return undefined;
}

/**
 * Does this error say that the grid did not do its part? A W3C error is the browser's own answer. A command without a
 * reply says nothing yet: the page may hold the browser.
 */
function isOfGrid(error: unknown): error is WireError {
  return isInstance(error, WireError) && error.blames === 'grid' && error.code !== 'grid.no-answer';
}
