import { SubtotalError } from './subtotal-error.ts'

/** Options that cannot work. The message names each option; nothing was sent. Thrown by factories, at once. */
export class OptionsError extends SubtotalError {
  override readonly name: string = 'OptionsError'

  constructor(message: string) {
    super('ERR_OPTIONS', message)
  }
}
