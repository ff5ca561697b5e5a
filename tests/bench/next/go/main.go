// SPDX-License-Identifier: Apache-2.0
//
// The rival in Go: Next() of robfig/cron, what a Kubernetes CronJob is scheduled with.
// Prints `<name> <nanoseconds>` for each line of cases.txt: `<name> <zone> <expression>`.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 3)
		zone, err := time.LoadLocation(words[1])
		schedule, wrong := cron.ParseStandard(words[2])
		if err != nil || wrong != nil {
			fmt.Println(words[0], "unsupported")
			continue
		}
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
		end := start.AddDate(40, 0, 0)
		at, calls := start, 0
		begun := time.Now()
		for time.Since(begun) < 200*time.Millisecond {
			for i := 0; i < 50; i++ {
				at = schedule.Next(at)
				if at.IsZero() || at.After(end) {
					at = start
				}
				calls++
			}
		}
		fmt.Printf("%s %.1f\n", words[0], float64(time.Since(begun).Nanoseconds())/float64(calls))
	}
}
