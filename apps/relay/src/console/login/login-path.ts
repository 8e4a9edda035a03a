/** Where to log in, and then go on at a page of the console. */
export function loginPath(next?: string): string {
  const isWorthIt = next !== undefined && next !== '/console' && isConsolePath(next)
  return isWorthIt ? `/console/login?next=${encodeURIComponent(next)}` : '/console/login'
}

/** The page to go on at: one of this console, whatever was asked for. */
export function nextPath(asked: string | null | undefined): string {
  return asked !== null && asked !== undefined && isConsolePath(asked) ? asked : '/console'
}

/** Only characters that no browser takes for another host. */
function isConsolePath(path: string): boolean {
  return /^\/console(\/[\w.~%-]+)*(\?[\w.~%=&+-]*)?$/.test(path)
}
