/**
 * Finds the items that make a destination refuse a whole request, when it does not say which. `send` answers with the items of
 * its request that are still refused; a single refused item is at fault. Everything that `send` did not refuse is settled.
 *
 * The first search supposes one item at fault: it halves, sends one half a time and puts halves that are probably good together
 * into one last request, which costs at most log₂(n) + 2 requests. When more than one is at fault the rest is halved plainly.
 *
 * @returns the items at fault
 */
export async function isolate<Item>(
  refused: readonly Item[],
  send: (items: readonly Item[]) => Promise<readonly Item[]>,
): Promise<Item[]> {
  let suspects = refused
  const probablyGood: Item[] = []
  while (suspects.length > 1) {
    const [first, second] = halve(suspects)
    const stillRefused = await send(first)
    if (stillRefused.length === 0) {
      suspects = second
    } else {
      probablyGood.push(...second)
      suspects = stillRefused
    }
  }
  const guilty = [...(await send(suspects))]
  if (probablyGood.length === 0) return guilty
  return [...guilty, ...(await halvePlainly(await send(probablyGood), send))]
}

async function halvePlainly<Item>(
  refused: readonly Item[],
  send: (items: readonly Item[]) => Promise<readonly Item[]>,
): Promise<Item[]> {
  if (refused.length <= 1) return [...refused]
  const [first, second] = halve(refused)
  const firstRefused = await send(first)
  const firstGuilty = await halvePlainly(firstRefused, send)
  // A first half without fault leaves it in the second: no need to send that whole.
  const secondRefused = firstRefused.length === 0 && second.length > 1 ? second : await send(second)
  return [...firstGuilty, ...(await halvePlainly(secondRefused, send))]
}

function halve<Item>(items: readonly Item[]): [readonly Item[], readonly Item[]] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}
