import type { ErrorCode } from '@subtotal-connectors/core'

/** Why a delivery whose event cannot be read is dead. */
export const unreadableEventError: { readonly code: ErrorCode; readonly message: string } = {
  code: 'ERR_STORED_EVENT_UNREADABLE',
  message: 'What is stored of the event is damaged, so it cannot be sent. Restore a backup to have it again.',
}
