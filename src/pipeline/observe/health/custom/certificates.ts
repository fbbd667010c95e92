/** Health of cert-manager's kinds. Pure. */
import type { Checks } from './checks.ts'
import { firstOf, on, readyOrDegraded, word } from './steps.ts'

const acme = firstOf(
  word(
    ['status', 'state'],
    {
      Healthy: ['valid'],
      Degraded: ['invalid', 'expired', 'errored'],
      Progressing: ['pending', 'ready', 'processing'],
    },
    ['status', 'reason'],
  ),
)

export const certificateChecks: Checks = {
  // A certificate that is being issued again is Ready=False meanwhile: that must not look like a failure.
  'cert-manager.io/Certificate': firstOf(on('Issuing', 'True', 'Progressing'), ...readyOrDegraded),
  'cert-manager.io/CertificateRequest': firstOf(
    on('Denied', 'True', 'Degraded'),
    on('InvalidRequest', 'True', 'Degraded'),
    on('Ready', 'False', 'Degraded', { reason: 'Failed' }),
    on('Ready', 'True', 'Healthy'),
  ),
  'cert-manager.io/Issuer': firstOf(...readyOrDegraded),
  'cert-manager.io/ClusterIssuer': firstOf(...readyOrDegraded),
  'acme.cert-manager.io/Order': acme,
  'acme.cert-manager.io/Challenge': acme,
}
