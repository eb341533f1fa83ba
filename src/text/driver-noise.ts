/** What chromedriver and the Grid add below a message: versions and a native stack. */
const NOISE = /\n\s*(?:\(Session info|Stacktrace:|#\d+ 0x|Build info:|Host info:|System info:|Driver info:)/;

/** A driver's message without its versions and native stack, which do not help the reader of a report. */
export function withoutDriverNoise(message: string): string {
  return message.split(NOISE, 1)[0]!.trimEnd();
}
