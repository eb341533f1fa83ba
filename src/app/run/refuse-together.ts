import { asError } from '../../core/as-error.ts';
import { GridrunError, refusal } from '../../core/fault.ts';

/**
 * Waits for all readings. Throws one refusal with the mistakes of all. An error that is not a refusal goes first and is
 * thrown as it is.
 */
export async function refuseTogether<T extends readonly unknown[]>(
  ...readings: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const settled = await Promise.allSettled(readings);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [asError(one.reason)] : []));
  const refusals = errors.filter(isRefusal);
  const other = errors.find((error) => !isRefusal(error));
  if (other !== undefined) throw other;
  if (refusals.length > 1)
    throw refusal('input', 'several inputs are invalid', {
      mistakes: refusals.flatMap(linesOf),
      hint: hintsOf(refusals),
    });
  if (refusals[0] !== undefined) throw refusals[0];
  return await Promise.all(readings);
}

/** The message of a refusal and its mistakes, a line each. A refusal of several inputs already has its lines. */
function linesOf({ code, message, mistakes }: GridrunError): readonly string[] {
  if (code === 'input') return mistakes;
  return mistakes.length === 0 ? [message] : [`${message}:`, ...mistakes.map((mistake) => `  ${mistake}`)];
}

function hintsOf(refusals: readonly GridrunError[]): string {
  return [...new Set(refusals.flatMap((error) => error.hint ?? []))].join('\n');
}

function isRefusal(error: Error): error is GridrunError {
  return error instanceof GridrunError && error.answer === 'refuse';
}
