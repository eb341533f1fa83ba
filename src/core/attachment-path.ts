/**
 * Whether the path of an attachment stays in the results folder: relative, with forward slashes, without `..`, drive
 * or control characters. CI servers publish the files that junit.xml names, so a path from a file that anyone may have
 * written must not name another file of the server.
 */
export function isAttachmentPath(path: string): boolean {
  if (path === '' || /[\u0000-\u001F\u007F]/.test(path) || /^[A-Za-z]:/.test(path)) return false;
  const parts = path.split(/[/\\]/);
  return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
