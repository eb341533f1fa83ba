/** What to do about an error for which the operating system is to blame. */
const HINTS: Readonly<Record<string, string>> = {
  ...hintFor('free space on the disk', ['ENOSPC', 'EDQUOT', 'EFBIG']),
  ...hintFor('make the place writable for this user, or use another', ['EACCES', 'EPERM', 'EROFS']),
  ...hintFor('allow more open files (ulimit -n), or use fewer --sessions', ['EMFILE', 'ENFILE']),
  ...hintFor('free memory or processes, or use fewer --sessions', ['ENOMEM', 'EAGAIN']),
  ...hintFor('check the disk', ['EIO', 'ENXIO', 'ENODEV', 'ESTALE']),
};

/**
 * What to do about an error of Node that has a code of the operating system for no room, no rights, too many open files
 * or the like. Undefined for any other error, which may be a bug.
 */
export function systemHint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  return typeof code === 'string' && syscall !== undefined && Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
}

function hintFor(hint: string, codes: readonly string[]): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, hint]));
}
