/** The manifests that stories commit: small, and each with the one thing the story is about. Pure. */

/** A ConfigMap in the namespace of its application. `annotations` is a line of YAML for `metadata`, indented by two. */
export function configMap(name: string, value: string, annotations = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${annotations}data:\n  value: ${JSON.stringify(value)}\n`
}

/** One replica; `extra` is YAML for the Pod template's `metadata`, indented by six. */
export function deployment(name: string, image: string, extra = '', annotations = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${annotations}spec:
  replicas: 1
  progressDeadlineSeconds: 600
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata:
      labels: { app: ${name} }
${extra}    spec:
      containers: [{ name: web, image: "${image}" }]
`
}

/** A Job that is a hook of the phase. */
export function hookJob(name: string, phase: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: { argocd.argoproj.io/hook: ${phase} }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: ${name}, image: "registry.example.com/${name}:v1" }]
`
}

/** An Application that syncs by itself, prunes and heals. `destination` is the YAML of its destination. */
export function application(
  name: string,
  repoURL: string,
  path: string,
  destination = '{ server: https://kubernetes.default.svc, namespace: default }',
): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: { repoURL: "${repoURL}", path: ${path}, targetRevision: main }
  destination: ${destination}
  syncPolicy: { automated: { prune: true, selfHeal: true } }
`
}
