// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools pins what `cluster build` compiles; nothing imports it.
package tools

import _ "go.etcd.io/etcd/server/v3"
