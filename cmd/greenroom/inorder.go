package main

import (
	"iter"
	"runtime"
)

// ahead is how many results for each processor may wait for a slow one before
// them. It bounds the memory.
const ahead = 4

// inOrder calls f for the items on all processors, and yields the results in
// the order of the items.
func inOrder[A, B any](items []A, f func(A) B) iter.Seq2[A, B] {
	type slot struct {
		item   A
		result chan B
	}
	return func(yield func(A, B) bool) {
		workers := min(runtime.GOMAXPROCS(0), len(items))
		work, order := make(chan slot), make(chan slot, ahead*workers)
		stop := make(chan struct{})
		defer close(stop)
		for range workers {
			go func() {
				for s := range work {
					s.result <- f(s.item)
				}
			}()
		}
		go func() {
			defer close(order)
			defer close(work)
			for _, item := range items {
				s := slot{item, make(chan B, 1)}
				for _, to := range []chan slot{order, work} {
					select {
					case to <- s:
					case <-stop:
						return
					}
				}
			}
		}()
		for s := range order {
			if !yield(s.item, <-s.result) {
				return
			}
		}
	}
}
