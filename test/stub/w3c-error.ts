const STATUS: Readonly<Record<string, number>> = {
  'invalid argument': 400,
  'invalid session id': 404,
  'no such alert': 404,
  'no such cookie': 404,
  'no such element': 404,
  'no such window': 404,
  'stale element reference': 404,
  'unknown command': 404,
};

/** An error as a W3C WebDriver endpoint answers it. */
export class W3cError extends Error {
  readonly error: string;
  /** The HTTP status that the standard gives this error. */
  readonly status: number;

  constructor(error: string, message: string) {
    super(message);
    this.name = 'W3cError';
    this.error = error;
    this.status = STATUS[error] ?? 500;
  }

  get body(): unknown {
    return { value: { error: this.error, message: this.message, stacktrace: '' } };
  }
}
