/** The sites on which two arms disagree, and whether that is chance. */
export interface McNemar {
  /** Sites that passed without the build and failed with it. */
  readonly broken: number;
  /** Sites that failed without it and passed with it. */
  readonly mended: number;
  /** How likely it is that chance alone makes the two numbers differ this much or more. Two-sided. */
  readonly p: number;
}

/**
 * The exact McNemar test, two-sided. By chance alone, each site on which the arms disagree falls to either side like a
 * fair coin. So `p = min(1, 2 · P(X ≤ min(broken, fixed)))` for X of the binomial distribution B(broken + fixed, ½).
 * Throws RangeError if an argument is not a count.
 */
export function mcnemar(broken: number, fixed: number): McNemar {
  if (![broken, fixed].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`McNemar's test needs two counts, got ${broken} and ${fixed}`);
  }
  const fewer = Math.min(broken, fixed);
  const p = broken === fixed ? 1 : Math.min(1, 2 * lowerTail(fewer, broken + fixed));
  return { broken, mended: fixed, p };
}

/** P(X ≤ k) for X of B(n, ½) and k < n/2. Starts at the largest term; a ratio leads to each smaller one. */
function lowerTail(k: number, n: number): number {
  const largest = Math.exp(logPointProbability(k, n));
  let [sum, term] = [1, 1];
  for (let i = k; i > 0; i--) {
    term *= i / (n - i + 1);
    sum += term;
    // The ratios only get smaller, so the remaining terms cannot change the sum.
    if (term < sum * Number.EPSILON) break;
  }
  return largest * sum;
}

/**
 * ln P(X = k) for X of B(n, ½). It uses logarithms because neither the factorials nor 2^n fit a number. It removes the
 * large parts of ln n! before it subtracts (Loader, "Fast and accurate computation of binomial probabilities", 2000),
 * because their difference would be lost in rounding.
 */
function logPointProbability(k: number, n: number): number {
  if (k === 0) return -n * Math.LN2;
  const rest = n - k;
  const half = n / 2;
  const error = stirlingError(n) - stirlingError(k) - stirlingError(rest);
  return error - deviance(k, half) - deviance(rest, half) + 0.5 * Math.log(n / (2 * Math.PI * k * rest));
}

/** x·ln(x/m) + m − x. */
function deviance(x: number, mean: number): number {
  const shift = (x - mean) / mean;
  return x * Math.log1p(shift) - mean * shift;
}

/** ln n! minus Stirling's formula for it. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0;
    for (let i = 2; i <= n; i++) logFactorial += Math.log(i);
    return logFactorial - (0.5 * Math.log(2 * Math.PI * n) + n * Math.log(n) - n);
  }
  const n2 = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / n2) / n2) / n2) / n2) / n;
}
