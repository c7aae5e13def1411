package main

import "fmt"

// é   😀 odd
/*
 */func latin() { /* é */
	über := make(chan string, 1) /* 世界 */
	über <- "caf\xe9"            /* ​ */
	fmt.Printf("latin %q\n" /* ← */, <-über)
}
