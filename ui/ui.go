// Package ui embeds the page: ES modules, styles and the vendored chart library, served as they lie here. There is no build
// step, and nothing in it talks to any host but the one that served it.
package ui

import "embed"

// FS holds the page below the folder "static"; its entry is static/index.html.
//
//go:embed static
var FS embed.FS
