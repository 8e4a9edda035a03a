/** What the relay makes events of. The first list is what it wants; the others leave out names that not every page confirms. */
export const eventTypeLists: readonly (readonly string[])[] = [
  [
    'connection.activated',
    'connection.unauthenticated',
    'connection.disconnected',
    'connection.profile.created',
    'connection.profile.updated',
    'purchase.created',
  ],
  [
    'connection.activated',
    'connection.unauthenticated',
    'connection.disconnected',
    'connection.profile.created',
    'purchase.created',
  ],
  ['connection.activated', 'connection.unauthenticated', 'purchase.created'],
]
