import { connect } from 'node:net'
import { createServer } from 'node:tls'
import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { noCounts } from '../chaos-row.ts'
import type { Certificates } from '../support/certificates.ts'
import { makeCertificates } from '../support/certificates.ts'
import { startDestinations } from '../support/destinations.ts'
import { createOracle } from '../support/oracle.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const start = Date.parse('2026-11-20T12:00:00Z')
const hourMs = 3_600_000

async function present(context: ChaosContext, certificates: Certificates, which: 'expired' | 'wrongHost'): Promise<ChaosResult> {
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  const { key } = certificates
  let received = 0
  const server = createServer({ key, cert: certificates[which] }, (socket) => {
    received += 1
    const target = connect(destinations.mockPorts.klaviyo, '127.0.0.1')
    for (const one of [socket, target]) one.on('error', () => one.destroy())
    socket.pipe(target).pipe(socket)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const world = await startWorld(context, {
    hook: { reports: true, virtualTime: start },
    env: { NODE_EXTRA_CA_CERTS: certificates.authority },
    seed: 410,
    oracle,
    destinations,
    urls: { ...destinations.urls, klaviyo: `https://localhost:${port}` },
  })
  await world.producer.postMany(100)
  await world.advance(hourMs)
  const arrived = oracle.latencies('klaviyo').length
  server.setSecureContext({ key, cert: certificates.good })
  await world.advanceUntilDrained(3 * hourMs)
  const end = await endWorld(world)
  server.close()
  return resultOf(
    which === 'expired' ? 'klaviyo: an expired certificate for 1 h' : 'klaviyo: the certificate of another host for 1 h',
    end,
    [`${arrived} arrived meanwhile, delivered once the certificate was good`],
    { 'something was sent under a wrong certificate': arrived === 0, 'nothing was sent under the good one': received > 0 },
  )
}

/** The certificates of row 12. */
export async function wrongCertificates(context: ChaosContext): Promise<readonly ChaosResult[]> {
  const certificates = makeCertificates()
  if (certificates === undefined) {
    return [{ fault: 'wrong certificates', counts: noCounts, notes: [], problems: [], skipped: 'needs openssl' }]
  }
  try {
    return [await present(context, certificates, 'expired'), await present(context, certificates, 'wrongHost')]
  } finally {
    certificates.remove()
  }
}
