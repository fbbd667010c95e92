/** The one table of reasons. Conditions, events, HTTP problems, exit codes and the reference page come from it. Names are never reused. */

/**
 * What makes another try worth it: `never` = only a new commit, a changed setting or a person; `backoff` = time may cure it;
 * `cause` = try when the named cause changes (a kind appears, a cluster returns), and with back-off meanwhile.
 */
export type RetryPolicy = 'never' | 'backoff' | 'cause'

interface ReasonRow {
  readonly retry: RetryPolicy
  readonly http: number
  readonly description: string
}

export const reasons = {
  UsageInvalid: {
    retry: 'never',
    http: 400,
    description: 'A command, option or request is not of the form that is understood.',
  },
  NotFound: { retry: 'never', http: 404, description: 'The named thing does not exist here.' },
  Unauthenticated: { retry: 'never', http: 401, description: 'The request carries no valid token.' },
  TooManyRequests: { retry: 'backoff', http: 429, description: 'Too many wrong tries; the next one has to wait.' },
  ConfigInvalid: { retry: 'never', http: 400, description: 'A setting has a value that cannot work.' },
  DataDirectoryBusy: { retry: 'never', http: 409, description: 'Another process holds the data directory.' },
  ServerUnreachable: { retry: 'backoff', http: 503, description: 'No halcyon process answers at the address.' },
  StoreUnavailable: {
    retry: 'backoff',
    http: 503,
    description: 'The data directory cannot be written: the disk is full, failing or locked.',
  },

  RepositoryUnavailable: {
    retry: 'backoff',
    http: 502,
    description: 'The Git repository cannot be reached or does not exist.',
  },
  RepositoryAccessDenied: { retry: 'backoff', http: 502, description: 'The Git repository refuses the credentials.' },
  RepositoryRefused: {
    retry: 'never',
    http: 400,
    description: 'The repository URL uses a transport that runs commands or is not allowed.',
  },
  RevisionNotFound: {
    retry: 'cause',
    http: 404,
    description: 'No branch, tag, commit or version matches the revision.',
  },
  PathNotFound: { retry: 'never', http: 404, description: 'The path does not exist at the revision.' },
  PathRefused: { retry: 'never', http: 400, description: 'The path or a link leaves the repository.' },

  ProjectUnknown: {
    retry: 'never',
    http: 422,
    description: 'The Application names an AppProject that Git does not deliver.',
  },
  NotPermitted: {
    retry: 'never',
    http: 403,
    description: 'The AppProject does not permit a source, the destination or an object of the Application.',
  },
  SyncWindowClosed: {
    retry: 'cause',
    http: 409,
    description: 'The sync windows of the AppProject do not let the Application sync now.',
  },
  SpecInvalid: { retry: 'never', http: 422, description: 'The Application is not valid.' },
  ManifestInvalid: {
    retry: 'never',
    http: 422,
    description: 'A manifest does not parse or is not a Kubernetes object.',
  },
  RenderFailed: { retry: 'never', http: 422, description: 'Helm or Kustomize refused the input.' },
  RenderTimedOut: { retry: 'backoff', http: 504, description: 'Rendering exceeded its time, memory or output limit.' },
  TemplateFailed: {
    retry: 'never',
    http: 422,
    description: 'A template of an ApplicationSet does not parse or does not execute with its parameters.',
  },
  GeneratorFailed: {
    retry: 'backoff',
    http: 502,
    description: 'A generator of an ApplicationSet has no answer; what it generated before is kept.',
  },
  ToolUnavailable: {
    retry: 'never',
    http: 500,
    description: 'The helm or kustomize binary cannot be found or started.',
  },
  ChartUnavailable: { retry: 'backoff', http: 502, description: 'The chart cannot be fetched from its repository.' },

  ClusterUnknown: { retry: 'cause', http: 404, description: 'The destination names a cluster that is not known here.' },
  ClusterUnavailable: { retry: 'backoff', http: 502, description: 'The API server does not answer or fails.' },
  ClusterRefused: {
    retry: 'backoff',
    http: 502,
    description: 'The API server refuses the credentials or the permission.',
  },
  KindUnknown: { retry: 'cause', http: 422, description: 'The cluster does not serve the kind.' },
  ApplyRefused: { retry: 'backoff', http: 422, description: 'The API server refused an object.' },
  DryRunRefused: {
    retry: 'backoff',
    http: 422,
    description: 'The API server would refuse an object, so nothing was written.',
  },
  SharedResource: { retry: 'cause', http: 409, description: 'Two applications claim the same object.' },
  RepeatedResource: {
    retry: 'never',
    http: 422,
    description: 'The sources of an application contain the same object twice; the last one wins.',
  },
  HookFailed: { retry: 'backoff', http: 500, description: 'A hook did not succeed.' },
  HealthDegraded: {
    retry: 'backoff',
    http: 500,
    description: 'An object became Degraded while the sync waited for it.',
  },
  DeadlineExceeded: { retry: 'backoff', http: 504, description: 'The operation did not finish before its deadline.' },
  PruneRefused: { retry: 'never', http: 409, description: 'The sync would delete every object of the application.' },
  DeletionGuard: {
    retry: 'never',
    http: 409,
    description: 'More objects, or objects of other kinds, would be deleted than may be without an approval.',
  },
  Superseded: { retry: 'never', http: 409, description: 'A newer revision took over before the operation ended.' },
  Terminated: { retry: 'never', http: 409, description: 'A person or a shutdown ended the operation.' },
  NotConverged: {
    retry: 'never',
    http: 500,
    description: 'After a successful sync the plan is not empty: something rewrites what was applied.',
  },

  Internal: { retry: 'backoff', http: 500, description: 'A defect in Halcyon.' },
} as const satisfies Record<string, ReasonRow>

export type Reason = keyof typeof reasons
