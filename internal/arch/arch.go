// Package arch holds the rules about the project as a whole, as tests: which package may import which, how long files and
// functions may get, that every path named in the documents exists, and that nothing of one machine is committed. It has
// no code of its own outside its tests.
package arch
