import { SubtotalError } from '@subtotal-connectors/core'

/** A configuration the relay cannot start with. The message is one or more sentences that name the variable and the fix. */
export class ConfigurationError extends SubtotalError {
  override readonly name: string = 'ConfigurationError'

  constructor(message: string) {
    super('ERR_CONFIGURATION', message)
  }
}
