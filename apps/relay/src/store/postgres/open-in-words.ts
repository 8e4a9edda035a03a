import { ConfigurationError } from '../../config/configuration-error.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import { remedyOf } from './remedies.ts'

/** A `ConfigurationError` that says which database cannot be used and what to do; nothing of it is the user's name or password. */
export async function openInWords<Result>(url: string, open: () => Promise<Result>): Promise<Result> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const remedy = remedyOf(error) ?? 'Check RELAY_STORE, and what the server logs.'
    throw new ConfigurationError(`The PostgreSQL store at ${placeOf(url)} cannot be opened (${errorCodeOf(error)}). ${remedy}`)
  }
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`
}
