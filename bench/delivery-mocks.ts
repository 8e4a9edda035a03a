import { createMockBraze, createMockCustomerio, createMockKlaviyo } from '@subtotal-connectors/testing/mocks'

/** The three mocks, in a process of their own. They send their URLs, and `'arrived'` when as many items came as the argument says. */
const wanted = Number(process.argv[2])
let arrived = 0

function onAccepted(): void {
  arrived += 1
  if (arrived === wanted) process.send?.('arrived')
}

const options = { keepRequests: false, onAccepted }
const braze = await createMockBraze(options)
const klaviyo = await createMockKlaviyo(options)
const customerio = await createMockCustomerio(options)
process.once('disconnect', () => process.exit(0))
process.send?.({ braze: braze.url, klaviyo: klaviyo.url, customerio: customerio.url })
