package main

import (
	"context"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

type reviewCommand struct {
	List     reviewListCommand     `cmd:"" help:"List what waits for its certification or is in it."`
	Take     reviewTakeCommand     `cmd:"" help:"Become the reviewer of a draft."`
	Approve  reviewApproveCommand  `cmd:"" help:"Certify what was submitted, and publish it."`
	Reject   reviewRejectCommand   `cmd:"" help:"Refuse what was submitted."`
	Withdraw reviewWithdrawCommand `cmd:"" help:"Take one's own draft out of certification."`
}

type reviewListCommand struct {
	remote
	shown
	Limit  int `default:"20" help:"How many, at most 500. Default: ${default}."`
	Offset int `help:"How many to leave out first."`
}

// Run lists the reviews, the longest waiting first.
func (c *reviewListCommand) Run(ctx context.Context, io streams) error {
	page, err := c.client().Reviews(ctx, client.List{Limit: c.Limit, Offset: c.Offset})
	if err != nil {
		return explained(err)
	}
	return showPage(c.shown, io.out, page, "KEY\tNAME\tPROJECT\tSTATUS\tTAG\tCOMMIT\tSUBMITTED\tREVIEWER\tID", func(r api.Review) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%.12s\t%s\t%s\t%s", r.Key, r.Name, r.Project, r.Status,
			r.Repository.Tag, r.Commit, r.SubmittedAt.Format(time.RFC3339), r.TakenBy, r.ID)
	})
}

// decision is a step of a review.
type decision func(*client.Client, context.Context, client.Ref) (api.Review, error)

func (c *namedDraft) decide(ctx context.Context, io streams, do decision) error {
	r, err := do(c.client(), ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	_, err = fmt.Fprintf(io.out, "%s: %s, commit %s\n", r.Name, r.Status, r.Commit)
	return err
}

type reviewTakeCommand struct{ namedDraft }

// Run takes the review.
func (c *reviewTakeCommand) Run(ctx context.Context, io streams) error {
	return c.decide(ctx, io, (*client.Client).TakeReview)
}

type reviewApproveCommand struct{ namedDraft }

// Run approves what was submitted.
func (c *reviewApproveCommand) Run(ctx context.Context, io streams) error {
	return c.decide(ctx, io, (*client.Client).ApproveReview)
}

type reviewRejectCommand struct {
	namedDraft
	Reason string `required:"" placeholder:"TEXT" help:"What the creator has to mend."`
}

// Run rejects what was submitted.
func (c *reviewRejectCommand) Run(ctx context.Context, io streams) error {
	return c.decide(ctx, io, func(server *client.Client, ctx context.Context, ref client.Ref) (api.Review, error) {
		return server.RejectReview(ctx, ref, c.Reason)
	})
}

type reviewWithdrawCommand struct{ namedDraft }

// Run withdraws the draft.
func (c *reviewWithdrawCommand) Run(ctx context.Context, io streams) error {
	d, err := c.client().Withdraw(ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	_, err = fmt.Fprint(io.out, draftText(d))
	return err
}
