package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/job"
)

// A job runs once for each tick, in one of the processes of a shop.
func ExampleEvery() {
	j := job.Every("clean-carts", 15*time.Minute, func(ctx context.Context) error { return nil }, job.Timeout(time.Minute))
	fmt.Println(j.Next(time.Date(2026, 3, 1, 12, 3, 0, 0, time.UTC)))
	// Output: 2026-03-01 12:15:00 +0000 UTC
}

// Ticks that were due while no process was there are made up for, each for the hour that it was to report on.
func ExampleCatchUpAll() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err == nil {
		_, err = db.Migrate(ctx, d, []db.MigrationSet{job.Migrations()})
	}
	if err != nil {
		panic(err)
	}
	defer d.Close()
	hour := time.Now().UTC().Truncate(time.Hour)
	reports := make(chan time.Duration)
	report := job.Cron("report", "@hourly", func(ctx context.Context) error {
		reports <- hour.Sub(job.ScheduledFor(ctx))
		return nil
	}, job.CatchUpAll(), job.MaxRuns(3))

	// The last process has left two hours ago.
	_, err = d.Exec(ctx, db.Statement{SQL: "INSERT INTO gorgon_job (name, spec, next_at) VALUES ($1, $2, $3)", Args: []any{report.Name, report.Schedule, hour.Add(-2 * time.Hour)}})
	if err != nil {
		panic(err)
	}
	s := job.NewScheduler(d, slog.New(slog.DiscardHandler))
	if err := s.Add(report); err != nil {
		panic(err)
	}
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for range 3 {
		fmt.Println("report of the hour", <-reports, "ago")
	}
	cancel()
	<-ended
	// Output:
	// report of the hour 2h0m0s ago
	// report of the hour 1h0m0s ago
	// report of the hour 0s ago
}

// Every tick that was run can be looked up.
func ExampleScheduler_Trigger() {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err == nil {
		_, err = db.Migrate(ctx, d, []db.MigrationSet{job.Migrations()})
	}
	if err != nil {
		panic(err)
	}
	defer d.Close()
	s := job.NewScheduler(d, slog.New(slog.DiscardHandler))
	if err := s.Add(job.Cron("publish", "0 6 * * *", func(context.Context) error { return fmt.Errorf("the press is broken") })); err != nil {
		panic(err)
	}
	_, err = s.Trigger(ctx, "publish") // by hand
	history, _ := s.History(ctx, "publish", 10)
	fmt.Println(err, len(history))
	// Output: the press is broken 1
}
