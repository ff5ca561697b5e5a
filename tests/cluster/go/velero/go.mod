module upkeep.test/cluster/velero

go 1.26.4

require github.com/vmware-tanzu/velero v1.18.3
